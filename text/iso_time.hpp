#pragma once

#include "text/timestamp.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::text {

/// "2026-01-31T12:00:00.123456789Z" with `digits` (0 to 9) of a second, rounded down: always the
/// same width, so that the order of texts is the order of times. Empty for `never`.
std::string iso_time(timestamp at, int digits = 9);

/// Reads RFC 3339 with up to nine digits of a second and any offset, as Go and both databases write
/// it. Go's zero time (year 1) is `never`. Nothing when the text has another form, or lies outside
/// of the years 1678 to 2261.
std::optional<timestamp> parse_iso_time(std::string_view text);

} // namespace volumeviz::text
