#pragma once

#include "wire/hub_filter.hpp"
#include "wire/traffic_limit.hpp"

#include <vector>

namespace volumeviz::wire {

/// How a member's connection is slowed down: by bytes, by frames, by introductions, and while too
/// much of what it asked is not answered yet.
class hub_pace {
public:
  using steady = std::chrono::steady_clock;
  /// Of the member.
  struct standing {
    std::size_t sessions = 0;               ///< how many it has that have not ended
    hub_filter::unsent_time unsent_since{}; ///< see relay::unsent_since()
  };

  /// `filter` must outlive it. `gate`: as in hub_front_parts.
  hub_pace(hub_filter& filter, std::uint64_t gate) : filter_(filter), gate_(gate) {}
  /// How long to read nothing more, after these have come. `cost`: what reading has cost since the
  /// last time, also of what is not a frame yet.
  steady::duration after(std::size_t cost, const std::vector<frame_header>& seen,
                         const standing& own, steady::time_point now);

private:
  hub_filter& filter_;
  std::uint64_t gate_;
  traffic_limit bytes_{{.burst = 32e6, .per_second = 16e6}};
  traffic_limit frames_{{.burst = 2'000, .per_second = 1'000}};
  traffic_limit introductions_{{.burst = 64, .per_second = 16}};
};

} // namespace volumeviz::wire
