#pragma once

#include "sync/work_plan.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::sync::testing {

/// A plan, and a clock that only the test moves.
struct plan_bench {
  work_limits limits;
  time_point now = time_point{} + std::chrono::hours{1};
  work_plan plan{limits, 1};

  explicit plan_bench(const work_limits& x = {}) : limits(x), plan(x, 1) {}

  /// A plan whose first list has gone through.
  static plan_bench listed(const work_limits& limits = {}) {
    plan_bench bench{limits};
    bench.want(list_reason::demand);
    bench.begin_list();
    bench.finish();
    return bench;
  }

  void event(const char* word, const std::string& key, timestamp at = 1) {
    docker_event event{.kind = resource_kind::container, .action = word, .id = key, .time = at};
    plan.mark_dirty(event, *meaning_of(event.kind, word), now);
  }
  void want(list_reason reason, std::uint64_t run = 0) { plan.want_list(reason, run, now); }
  void advance(milliseconds span) { now += span; }
  /// Moves the clock until something is due.
  void sleep() {
    REQUIRE(plan.next_due());
    now = std::max(now, *plan.next_due());
  }

  std::optional<fetch> begin() { return plan.begin(now); }
  fetch begin_list() {
    auto what = begin();
    REQUIRE(what);
    REQUIRE(what->list);
    return *what;
  }
  std::vector<std::string> begin_keys() {
    auto what = begin();
    REQUIRE(what);
    REQUIRE_FALSE(what->list);
    return what->keys;
  }
  completion finish(const std::vector<std::string>& failed = {},
                    const std::vector<std::string>& needs_inspect = {}) {
    std::vector<failed_key> failures;
    for (const auto& key : failed)
      failures.push_back({key, {ec::docker_refused, "no such driver"}});
    return plan.finish(failures, needs_inspect, now);
  }
  completion finish_failed() { return plan.finish_failed(now); }
  void finish_unwritten() { plan.finish_unwritten(now); }
  void finish_held_back() { plan.finish_held_back(now); }

  /// Fetches everything that is due, successfully. Returns how many fetches that took.
  int catch_up() {
    auto n = 0;
    for (; begin(); ++n)
      finish();
    return n;
  }
};

using keys = std::vector<std::string>;

} // namespace volumeviz::sync::testing
