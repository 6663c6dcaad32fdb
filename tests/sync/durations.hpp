#pragma once

#include "messages/resources.hpp"

namespace volumeviz::sync::testing {

/// Spans in the unit of timestamps.
inline constexpr timestamp millisecond = 1'000'000, second = 1'000 * millisecond,
                           hour = 3'600 * second;

} // namespace volumeviz::sync::testing
