#pragma once

#include <string>

namespace volumeviz::identity {

/// A text from the network for a log line: in quotes, cut, without what is not printable ASCII.
std::string shown(const std::string& text);

} // namespace volumeviz::identity
