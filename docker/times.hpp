#pragma once

#include "messages/resources.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// RFC 3339 with up to nine digits of a second and any offset, as Go writes it. Go's zero time
/// (year 1) is `never`. Nothing for what is no such text, or lies outside of the years 1678 to
/// 2261.
std::optional<timestamp> parse_rfc3339(std::string_view text);

/// The Date of an HTTP answer, in whole seconds: "Tue, 15 Nov 1994 08:12:31 GMT". `never` for what
/// is no such text.
timestamp http_date(std::string_view text);

/// SECONDS.NANOS with nine digits, the only form that every daemon reads alike in `since` and
/// `until`.
std::string seconds_and_nanos(timestamp time);

} // namespace volumeviz::docker
