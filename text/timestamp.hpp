#pragma once

#include <cstdint>

namespace volumeviz {

/// UTC, nanoseconds since 1970. `never` stands for "has not happened" and "not known".
using timestamp = std::int64_t;
inline constexpr timestamp never = 0;
inline constexpr timestamp nanos_per_second = 1'000'000'000;

} // namespace volumeviz
