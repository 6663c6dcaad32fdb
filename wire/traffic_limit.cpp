#include "wire/traffic_limit.hpp"

#include <algorithm>

namespace volumeviz::wire {

traffic_limit::steady::duration traffic_limit::take(double amount, steady::time_point now) {
  const std::chrono::duration<double> passed = now - filled_;
  if (filled_ != steady::time_point{})
    left_ = std::min(rate_.burst, left_ + passed.count() * rate_.per_second);
  filled_ = now;
  left_ -= amount;
  if (left_ >= 0)
    return steady::duration::zero();
  return std::chrono::ceil<std::chrono::milliseconds>(
      std::chrono::duration<double>{-left_ / rate_.per_second});
}

} // namespace volumeviz::wire
