#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::config {

/// The longest duration that a setting may have. Longer ones are typing errors, and timers would
/// overflow.
inline constexpr std::chrono::milliseconds longest_duration = std::chrono::hours{24 * 365};

/// Reads "500ms", "1s", "5m", "1h30m", "30d" or a plain "0": whole numbers with the units d, h, m,
/// s and ms, the larger unit first, each at most once. Nothing when the text has another form or
/// the sum is above `longest`.
std::optional<std::chrono::milliseconds>
parse_duration(std::string_view text, std::chrono::milliseconds longest = longest_duration);

/// The shortest text that parse_duration() reads back as the same, e.g. "1h30m"; zero is "0". Not
/// for negative ones.
std::string format_duration(std::chrono::milliseconds duration);

} // namespace volumeviz::config
