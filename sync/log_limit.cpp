#include "sync/log_limit.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

std::optional<std::uint64_t> log_limit::admit(const std::string& key, steady::time_point now) {
  const auto known = entries_.find(key);
  if (known == entries_.end()) {
    make_room();
    entries_[key] = {.written = now, .left_out = 0};
    return 0;
  }
  auto& x = known->second;
  if (now - x.written < limits_.interval) {
    ++x.left_out;
    return std::nullopt;
  }
  x.written = now;
  return std::exchange(x.left_out, 0);
}

void log_limit::make_room() {
  if (entries_.size() < limits_.keys_max)
    return;
  entries_.erase(
      std::ranges::min_element(entries_, {}, [](const auto& x) { return x.second.written; }));
}

} // namespace volumeviz::sync
