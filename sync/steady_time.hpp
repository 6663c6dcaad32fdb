#pragma once

#include <chrono>

namespace volumeviz::sync {

/// A moment on the monotonic clock, which can't be set.
using time_point = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

} // namespace volumeviz::sync
