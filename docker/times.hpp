#pragma once

#include "text/timestamp.hpp"

#include <string>
#include <string_view>

namespace volumeviz::docker {

/// The Date of an HTTP answer, in whole seconds: "Tue, 15 Nov 1994 08:12:31 GMT". `never` for any
/// other text.
timestamp http_date(std::string_view text);

/// SECONDS.NANOS with nine digits: the only form of `since` and `until` that all daemons read
/// alike.
std::string seconds_and_nanos(timestamp time);

} // namespace volumeviz::docker
