#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace volumeviz::sync {

/// min · 2^attempt, spread by a fifth up or down so that many waiters do not come back in the same
/// moment, and never outside of [min, max].
std::chrono::milliseconds doubled_wait(std::chrono::milliseconds min, std::chrono::milliseconds max,
                                       unsigned attempt, std::minstd_rand& random);

/// The generator that goes with it; small, and the same on every platform.
std::minstd_rand seeded(std::uint64_t seed);

/// Waits that double from `min` to `max`, as doubled_wait() says, until one attempt went well.
class backoff {
public:
  using duration = std::chrono::milliseconds;

  backoff(duration min, duration max, std::uint64_t seed)
      : min_(min), max_(max), random_(seeded(seed)) {}

  /// The wait before the next attempt.
  duration next() { return doubled_wait(min_, max_, attempts_++, random_); }
  /// The last attempt went well: begin at `min` again.
  void reset() noexcept { attempts_ = 0; }
  unsigned attempts() const noexcept { return attempts_; }

private:
  duration min_, max_;
  unsigned attempts_ = 0;
  std::minstd_rand random_;
};

} // namespace volumeviz::sync
