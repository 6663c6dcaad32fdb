#pragma once

#include "wire/hub_filter.hpp"
#include "wire/traffic_limit.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::wire {

/// What a member may send in a time, on all of its connections together.
struct member_rates {
  traffic_limit bytes{{.burst = 32e6, .per_second = 16e6}};
  traffic_limit frames{{.burst = 2'000, .per_second = 1'000}};
  traffic_limit introductions{{.burst = 64, .per_second = 16}};
};

/// The rates of each member; kept for a while after its last connection, so that coming again gives
/// nobody a new burst. For one thread.
class rates_of_members {
public:
  /// Without a certificate (an empty fingerprint) each connection has its own.
  std::shared_ptr<member_rates> of(const std::string& fingerprint);
  std::size_t size() const noexcept { return all_.size(); }

private:
  std::map<std::string, std::shared_ptr<member_rates>> all_;
};

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
  hub_pace(hub_filter& filter, std::uint64_t gate, std::shared_ptr<member_rates> rates)
      : filter_(filter), gate_(gate), rates_(std::move(rates)) {}
  /// How long to read nothing more, after these have come. `cost`: what reading has cost since the
  /// last time, also of what is not a frame yet.
  steady::duration after(std::size_t cost, const std::vector<frame_header>& seen,
                         const standing& own, steady::time_point now);

private:
  hub_filter& filter_;
  std::uint64_t gate_;
  std::shared_ptr<member_rates> rates_;
};

} // namespace volumeviz::wire
