#include "wire/new_nodes.hpp"

#include <algorithm>

namespace volumeviz::wire {

namespace {

constexpr std::size_t sources_max = 4096;

} // namespace

bool new_nodes::admit(const std::string& member, const rate& most, steady::time_point now) {
  const auto known = full_at_.find(member);
  const auto from = known == full_at_.end() ? now : std::max(known->second, now);
  const auto full_at = from + most.interval;
  if (full_at - now > most.burst * most.interval)
    return false;
  full_at_[member] = full_at;
  if (full_at_.size() > sources_max)
    forget(now);
  return true;
}

/// Forgets members that may use a whole burst, as unknown ones may; if there are none, the member
/// that is closest to it.
void new_nodes::forget(steady::time_point now) {
  std::erase_if(full_at_, [now](const auto& x) { return x.second <= now; });
  if (full_at_.size() > sources_max)
    full_at_.erase(std::ranges::min_element(full_at_, {}, [](const auto& x) { return x.second; }));
}

} // namespace volumeviz::wire
