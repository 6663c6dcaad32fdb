#include "sync/unshown_events.hpp"

#include <algorithm>
#include <chrono>
#include <string>

namespace volumeviz::sync {

std::optional<failure> unshown_events::find_loss(const std::vector<docker_event>& answer,
                                                 const event_memory& shown, timestamp horizon) {
  // The memory has forgotten events that were read since the last update. One of `events_` may be
  // among them.
  if (!shown.holds_since(shown_count_))
    events_.clear();
  shown_count_ = shown.count();
  const auto disorder = std::chrono::nanoseconds{policy_.disorder}.count();
  for (const auto& event : answer)
    if (event.time > opened_at_ - disorder) // older ones are for the lists
      events_.insert(event);
  const auto is_due = [horizon](const docker_event& event) { return event.time <= horizon; };
  const auto due = std::ranges::count_if(events_, is_due);
  auto missing = shown.missing({events_.begin(), events_.end()});
  events_ = {missing.begin(), missing.end()};
  std::erase_if(missing, [is_due](const docker_event& event) { return !is_due(event); });
  if (missing.empty())
    return {};
  const auto& first = missing.front();
  return failure{ec::docker_unreachable,
                 "the stream has lost " + std::to_string(missing.size()) + " of "
                     + std::to_string(due)
                     + " events that the daemon remembers (the first: " + to_string(first.kind)
                     + " " + first.action + " " + first.id + "); opening a new one"};
}

bool unshown_events::any_until(timestamp until) const {
  return std::ranges::any_of(events_,
                             [until](const docker_event& event) { return event.time <= until; });
}

} // namespace volumeviz::sync
