#pragma once

#include "messages/resources.hpp"

#include <chrono>
#include <string>

namespace volumeviz::sync {

/// A moment for people, in UTC to the second: "2024-05-01 12:03:07 UTC"; "never" for never.
std::string spoken(timestamp at);

/// A span for people, rounded down, in at most two units: "350 ms", "12 s", "5 min 3 s", "2 h 10
/// min", "3 d 4 h". A negative span (a clock was set back) is "0 ms".
std::string spoken(std::chrono::nanoseconds span);

/// The end of a sentence about what has lasted since `from`: " since 2024-05-01 12:03:07 UTC (5 min
/// 3 s)"; nothing when the moment is not known.
std::string since(timestamp from, timestamp now);

/// The end of a sentence: ": " and the reason, or a full stop when there is none.
std::string because(const std::string& reason);

} // namespace volumeviz::sync
