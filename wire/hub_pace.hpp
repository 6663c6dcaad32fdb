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

/// How much a member may send, on all of its connections together.
struct member_rates {
  traffic_limit bytes{{.burst = 32e6, .per_second = 16e6}};
  traffic_limit frames{{.burst = 2'000, .per_second = 1'000}};
  traffic_limit hellos{{.burst = 64, .per_second = 16}};
};

/// The rates of each member. They are kept for a while after its last connection, so that a member
/// that reconnects gets no new burst. For one thread.
class rates_of_members {
public:
  /// Without a certificate (an empty fingerprint) each connection has its own.
  std::shared_ptr<member_rates> of(const std::string& fingerprint);
  std::size_t size() const noexcept { return all_.size(); }

private:
  std::map<std::string, std::shared_ptr<member_rates>> all_;
};

/// Slows down a member's connection: by its bytes, frames and hellos, and while too many of its
/// requests have no answer yet.
class hub_pace {
public:
  using steady = std::chrono::steady_clock;
  /// The member at this moment.
  struct member_state {
    std::size_t sessions = 0;               ///< that have not ended
    hub_filter::unsent_time unsent_since{}; ///< see relay::unsent_since()
  };

  /// `filter` must outlive it. `gate`: as in hub_front_parts.
  hub_pace(hub_filter& filter, std::uint64_t gate, std::shared_ptr<member_rates> rates)
      : filter_(filter), gate_(gate), rates_(std::move(rates)) {}
  /// How long to stop reading after these frames. `cost`: of all reading since the last call,
  /// incomplete frames included.
  steady::duration delay_after(std::size_t cost, const std::vector<frame_header>& seen,
                               const member_state& of, steady::time_point now);

private:
  hub_filter& filter_;
  std::uint64_t gate_;
  std::shared_ptr<member_rates> rates_;
};

} // namespace volumeviz::wire
