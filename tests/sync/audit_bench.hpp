#pragma once

#include "sync/stream_audit.hpp"
#include "tests/sync/durations.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace volumeviz::sync::testing {

inline const stream_decision nothing_proven{.passed = true};
inline const stream_decision failed{.passed = false};

inline docker_event event_at(timestamp at, std::string id = "v") {
  return {.kind = resource_kind::volume, .action = "create", .id = std::move(id), .time = at};
}

/// What the daemon remembers, as an answer to an audit.
inline audit_answer remembers(std::vector<timestamp> stamps,
                              std::vector<docker_event> events = {}) {
  return {.ok = true, .why = {}, .events = std::move(events), .stamps = std::move(stamps)};
}

/// An audit of one stream, what the stream has shown, and clocks that move only when told to.
struct audit_bench {
  using nanoseconds = std::chrono::nanoseconds;

  explicit audit_bench(const audit_policy& x = {}) : policy(x), audit(x) {}

  audit_policy policy;
  stream_audit audit;
  event_memory shown;
  clock_reading now{.steady = stream_audit::time_point{} + std::chrono::hours{1},
                    .wall = 1'700'000'000 * second};
  nanoseconds skew{0}; ///< the daemon's clock minus ours
  timestamp opened_at = never;
  audit_request asked;

  timestamp daemon_now() const { return now.wall + skew.count(); }
  /// The stream must have shown all events until then.
  timestamp horizon() const { return asked.until - 2 * second; }
  void pass(nanoseconds span) {
    now.steady += span;
    now.wall += span.count();
  }

  stream_decision open(bool forgets = true, std::optional<timestamp> offset_before = {}) {
    opened_at = daemon_now();
    return audit.opened({.daemon_time = daemon_now(),
                         .local_time = now.wall,
                         .forgets = forgets,
                         .offset_before = offset_before},
                        now);
  }
  /// Waits until it is time to ask, and for so much longer.
  void wait(nanoseconds late = nanoseconds{0}) {
    pass(std::max(audit.next_question() + late - now.steady, nanoseconds{0}));
  }
  audit_request ask() {
    wait();
    const auto question = audit.ask(now);
    REQUIRE(question);
    return asked = *question;
  }
  stream_decision answer(const audit_answer& x, nanoseconds after = nanoseconds{0},
                         bool stands = true) {
    pass(after);
    return audit.answered(x, shown, stands, now.steady);
  }
  /// The answer of a daemon that has forgotten nothing since the stream was opened.
  audit_answer forgets_nothing(std::vector<docker_event> events = {}) const {
    std::vector<timestamp> stamps{opened_at - hour};
    for (const auto& event : events)
      stamps.push_back(event.time);
    return remembers(std::move(stamps), std::move(events));
  }
  /// Asks and is answered at once.
  stream_decision round(const audit_answer& x) {
    ask();
    return answer(x);
  }
  stream_decision proven() const {
    return {.passed = true, .proven_until = horizon() - skew.count()};
  }
  stream_decision proven_by_lists(relist_cause cause) const {
    return {.passed = true, .relist = cause, .proven_until = horizon() - skew.count()};
  }
  // With the decision as an argument, which comes before it is compared: both sides of an == may
  // be computed in any order.
  bool proves(const stream_decision& x) const { return x == proven(); }
  bool lists_and_proves(const stream_decision& x, relist_cause cause) const {
    return x == proven_by_lists(cause);
  }
  nanoseconds until_next() const { return audit.next_question() - now.steady; }
};

} // namespace volumeviz::sync::testing
