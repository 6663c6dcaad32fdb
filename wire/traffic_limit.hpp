#pragma once

#include <chrono>
#include <cstddef>

namespace volumeviz::wire {

/// A token bucket: so much at once, then so much a second. Takes what comes and says how long to
/// wait before more is read, so that a fast sender is slowed down and never refused. Pure: the
/// caller has the clock.
class traffic_limit {
public:
  using steady = std::chrono::steady_clock;
  struct rate {
    double burst = 0;
    double per_second = 0;
  };

  explicit traffic_limit(const rate& x) : rate_(x), left_(x.burst) {}

  /// `amount` has come at `now`. Answers how long to wait before the next is taken.
  steady::duration take(double amount, steady::time_point now);

private:
  rate rate_;
  double left_;
  steady::time_point filled_{};
};

} // namespace volumeviz::wire
