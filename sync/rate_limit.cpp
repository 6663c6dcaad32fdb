#include "sync/rate_limit.hpp"

#include <algorithm>
#include <cstdint>

namespace volumeviz::sync {

namespace {

// No key of a caller begins with this.
const std::string other_keys("\0others", 7);

} // namespace

bool rate_limit::allows(const std::string& key, time_point now) const {
  auto known = used_until_.find(key);
  if (known == used_until_.end() && used_until_.size() >= limits_.keys)
    known = used_until_.find(other_keys);
  // Signed, since this moment may be in the past.
  const auto ahead = static_cast<std::int64_t>(limits_.burst) - 1;
  return known == used_until_.end() || known->second - now <= ahead * limits_.interval;
}

void rate_limit::count(const std::string& key, time_point now) {
  const auto is_new = !used_until_.contains(key);
  if (is_new && used_until_.size() >= limits_.keys)
    std::erase_if(used_until_, [now](const auto& x) { return x.second <= now; });
  const auto no_room = is_new && used_until_.size() >= limits_.keys;
  auto& until = used_until_.try_emplace(no_room ? other_keys : key, now).first->second;
  until = std::max(until, now) + limits_.interval;
}

} // namespace volumeviz::sync
