#pragma once

#include <chrono>
#include <cstddef>

namespace volumeviz::wire {

/// A token bucket: a burst, then a rate. Accepts every amount and returns how long to wait before
/// reading more, so a fast sender is slowed down and never refused. Pure: the caller has the clock.
class traffic_limit {
public:
  using steady = std::chrono::steady_clock;
  struct rate {
    double burst = 0;
    double per_second = 0;
  };

  explicit traffic_limit(const rate& x) : rate_(x), left_(x.burst) {}

  /// Takes an amount that has arrived at `now`. Returns how long to wait before reading more.
  steady::duration take(double amount, steady::time_point now);

private:
  rate rate_;
  double left_;
  steady::time_point filled_{};
};

} // namespace volumeviz::wire
