#pragma once

#include <string>
#include <string_view>

namespace volumeviz::config {

/// The text as it may be shown to people: user names and passwords of a URL, and all that follows a
/// `password=`, are replaced by "***". It hides too much rather than too little: a text that is no
/// URL at all is hidden entirely.
std::string without_secrets(std::string_view url);

/// A value for one line of a log: in double quotes, control characters and bytes above ASCII
/// escaped, long ones cut.
std::string in_quotes(std::string_view value);

} // namespace volumeviz::config
