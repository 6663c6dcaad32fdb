#pragma once

#include <string>

namespace volumeviz::identity {

/// A text from the network for a log line: in quotes, cut, and characters that are not printable
/// ASCII become question marks.
std::string printable(const std::string& text);

} // namespace volumeviz::identity
