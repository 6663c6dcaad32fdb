#pragma once

#include <chrono>
#include <thread>

namespace volumeviz::support {

/// Asks until `condition` is true or `bound` has passed; what it answered last. The only way in
/// which tests wait.
template <class Condition>
bool eventually(Condition&& condition, std::chrono::milliseconds bound = std::chrono::seconds{10},
                std::chrono::microseconds step = std::chrono::milliseconds{5}) {
  const auto end = std::chrono::steady_clock::now() + bound;
  for (;;) {
    if (condition())
      return true;
    if (std::chrono::steady_clock::now() >= end)
      return false;
    std::this_thread::sleep_for(step);
  }
}

/// True when `condition` stays true for the whole of `span`.
template <class Condition>
bool throughout(Condition&& condition, std::chrono::milliseconds span) {
  return !eventually([&] { return !condition(); }, span);
}

} // namespace volumeviz::support
