#pragma once

#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "sync/audit_policy.hpp"
#include "sync/event_memory.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

namespace volumeviz::sync {

/// The events that audits of a stream know of, but that the stream has not shown yet. Keeps an
/// event also when the daemon forgets it. Drops all of them when so many events were read since
/// that event_memory can't tell any more which were shown.
///
/// Pure. All moments are by the daemon's clock.
class unshown_events {
public:
  explicit unshown_events(const audit_policy& policy) : policy_(policy) {}

  /// A stream has opened at `at`. Lists cover the events from before.
  void begin(timestamp at) { opened_at_ = at; }
  /// Adds the events of an audit's answer, and removes those that are in `shown`. Returns a failure
  /// if the stream has lost events: those up to `horizon` that it has not shown.
  std::optional<failure> find_loss(const std::vector<docker_event>& answer,
                                   const event_memory& shown, timestamp horizon);
  /// True when an event up to `until` is not shown yet.
  bool any_until(timestamp until) const;
  const std::set<docker_event>& events() const noexcept { return events_; }

private:
  audit_policy policy_;
  timestamp opened_at_ = never;
  std::set<docker_event> events_;
  std::uint64_t shown_count_ = 0; ///< the events that were shown when `events_` was last updated
};

} // namespace volumeviz::sync
