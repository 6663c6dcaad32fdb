#include "sync/backoff.hpp"

#include <algorithm>
#include <cmath>

namespace volumeviz::sync {

std::chrono::milliseconds doubled_wait(std::chrono::milliseconds min, std::chrono::milliseconds max,
                                       unsigned attempt, std::minstd_rand& random) {
  max = std::max(min, max);
  // 2^40 ms are 35 years: beyond any max, and far from an overflow.
  auto doubled =
      std::ldexp(static_cast<double>(min.count()), static_cast<int>(std::min(attempt, 40U)));
  auto spread = std::uniform_real_distribution<double>{0.8, 1.2}(random);
  auto wait = std::min(doubled, static_cast<double>(max.count())) * spread;
  return std::clamp(std::chrono::milliseconds{static_cast<std::int64_t>(wait)}, min, max);
}

std::minstd_rand seeded(std::uint64_t seed) {
  constexpr std::uint64_t period = std::minstd_rand::modulus - 1;
  return std::minstd_rand{static_cast<std::minstd_rand::result_type>(seed % period + 1)};
}

} // namespace volumeviz::sync
