#pragma once

#include <cstddef>
#include <string>

namespace volumeviz::sync {

/// Makes a text that came from another machine fit for a log and for JSON: at most `most` bytes of
/// valid UTF-8 in one line. Bytes that are not UTF-8 become U+FFFD, control characters spaces; no
/// character is cut in half.
void clean_text(std::string& text, std::size_t most);

} // namespace volumeviz::sync
