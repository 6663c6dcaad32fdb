#pragma once

#include "text/timestamp.hpp"

#include <chrono>
#include <string>

namespace volumeviz::text {

/// A time for people, in UTC to the second: "2024-05-01 12:03:07 UTC"; "never" for `never`.
std::string format_time(timestamp at);

/// A duration for people, rounded down, in at most two units: "350 ms", "12 s", "5 min 3 s",
/// "2 h 10 min", "3 d 4 h". A negative one (a clock was set back) is "0 ms".
std::string format_duration(std::chrono::nanoseconds span);

/// The end of a sentence about a state that began at `from`:
/// " since 2024-05-01 12:03:07 UTC (5 min 3 s)". Empty when `from` is `never`.
std::string since(timestamp from, timestamp now);

/// The end of a sentence: ": " and the reason, or a full stop when the reason is empty.
std::string because(const std::string& reason);

} // namespace volumeviz::text
