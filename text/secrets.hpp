#pragma once

#include <string>
#include <string_view>

namespace volumeviz::text {

/// A URL as it may be shown to people, whether it is valid or not: "***" replaces the user name and
/// the password, and everything from the first parameter on that may hold a password. A text that
/// is not a URL is hidden entirely: better too much is hidden than too little.
std::string without_secrets(std::string_view url);

/// A value for one line of a log: in double quotes, control characters and bytes above ASCII
/// escaped, and cut after 200 bytes.
std::string in_quotes(std::string_view value);

} // namespace volumeviz::text
