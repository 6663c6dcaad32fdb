#include "persistence/history.hpp"

#include <algorithm>
#include <string_view>

namespace volumeviz::persistence {

bool is_id_prefix(std::string_view text) {
  return text.size() >= 12 && text.size() <= 64
         && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool matches(const change_filter& which, const change_row& change) {
  const auto same = [](const std::string& wanted, const std::string& given) {
    return wanted.empty() || wanted == given;
  };
  if (!same(which.host, change.host) || !same(which.kind, change.kind)
      || !same(which.operation, change.operation) || !same(which.volume, change.volume_id)
      || !same(which.source, change.source))
    return false;
  return which.container.empty()
         || (!change.container_id.empty()
             && (which.container == change.container_id || which.container == change.name
                 || (is_id_prefix(which.container)
                     && change.container_id.starts_with(which.container))));
}

} // namespace volumeviz::persistence
