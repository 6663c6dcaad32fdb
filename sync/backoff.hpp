#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace volumeviz::sync {

/// min · 2^attempt, within [min, max], and moved by chance by up to a fifth up or down. Otherwise
/// many clients would retry at the same moment.
std::chrono::milliseconds doubled_wait(std::chrono::milliseconds min, std::chrono::milliseconds max,
                                       unsigned attempt, std::minstd_rand& random);

/// The random generator for doubled_wait(): small, and the same on every platform.
std::minstd_rand seeded(std::uint64_t seed);

/// Waits that double from `min` to `max`, as in doubled_wait(), until an attempt succeeds.
class backoff {
public:
  using duration = std::chrono::milliseconds;

  backoff(duration min, duration max, std::uint64_t seed)
      : min_(min), max_(max), random_(seeded(seed)) {}

  /// The wait before the next attempt.
  duration next() { return doubled_wait(min_, max_, attempts_++, random_); }
  /// The last attempt succeeded: the next wait is `min` again.
  void reset() noexcept { attempts_ = 0; }

private:
  duration min_, max_;
  unsigned attempts_ = 0;
  std::minstd_rand random_;
};

} // namespace volumeviz::sync
