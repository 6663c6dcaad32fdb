#pragma once

#include "sync/fleet.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>

namespace volumeviz::sync::testing {

inline constexpr timestamp start = 1'700'000'000'000'000'000;

/// A hub's fleet, and the time on the hub.
struct hub {
  fleet all;
  std::chrono::nanoseconds passed{0};

  moment now() const {
    return {.wall = start + passed.count(),
            .steady = std::chrono::steady_clock::time_point{passed + std::chrono::hours{1}}};
  }
  fleet::admission admit(const std::string& host, std::uint64_t incarnation,
                         std::uint64_t acked = 0, const std::string& engine = {}) {
    return all.admit({.host = host,
                      .program_version = "1",
                      .engine_id = engine,
                      .incarnation = incarnation,
                      .acked = acked},
                     "node-" + std::to_string(incarnation), now());
  }
  host_report of(const std::string& host) const {
    const auto known = all.report();
    const auto x = std::ranges::find(known, host, &host_report::host);
    REQUIRE(x != known.end());
    return *x;
  }
  static host_report row(const std::string& host, timestamp seen) {
    host_report x;
    x.host = host;
    x.last_heard = seen;
    return x;
  }
};

} // namespace volumeviz::sync::testing
