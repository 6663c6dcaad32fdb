#include "persistence/change_filter.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace volumeviz::persistence {

namespace {

bool is_one_of(const std::string& word, std::initializer_list<std::string_view> known) {
  return word.empty() || std::ranges::find(known, word) != known.end();
}

} // namespace

std::optional<failure> unknown_word(const change_filter& which) {
  if (!is_one_of(which.kind, {"volume", "container", "mount"}))
    return failure{ec::bad_request, "'kind' must be volume, container or mount"};
  if (!is_one_of(which.operation, {"create", "update", "remove"}))
    return failure{ec::bad_request, "'operation' must be create, update or remove"};
  if (!is_one_of(which.source, {"event", "reconciliation", "client"}))
    return failure{ec::bad_request, "'source' must be event, reconciliation or client"};
  return std::nullopt;
}

bool has_nul(const change_filter& which) {
  const auto nul = [](const std::string& x) { return x.find('\0') != std::string::npos; };
  return nul(which.host) || nul(which.volume) || nul(which.container);
}

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
