#pragma once

#include <algorithm>
#include <chrono>
#include <thread>

namespace volumeviz::support {

/// Evaluates `condition` until it is true or `bound` has passed; returns the last result. The only
/// way in which tests wait. The pause between two evaluations grows from `step` to five times that:
/// many tests wait side by side, and each evaluation may ask servers. A step below a millisecond
/// stays: benchmarks measure with it.
template <class Condition>
bool eventually(Condition&& condition, std::chrono::milliseconds bound = std::chrono::seconds{10},
                std::chrono::microseconds step = std::chrono::milliseconds{5}) {
  const auto end = std::chrono::steady_clock::now() + bound;
  const auto longest = step < std::chrono::milliseconds{1} ? step : 5 * step;
  for (;;) {
    if (condition())
      return true;
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(step);
    step = std::min(step + step / 4, longest);
  }
}

/// True when `condition` stays true for the whole of `span`.
template <class Condition>
bool throughout(Condition&& condition, std::chrono::milliseconds span) {
  return !eventually([&] { return !condition(); }, span);
}

} // namespace volumeviz::support
