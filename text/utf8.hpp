#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace volumeviz::text {

/// U+FFFD, which stands for every byte that is not part of valid UTF-8.
inline constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// The length in bytes of the character at the beginning of `text`, which is not empty. 0 when the
/// text does not begin with valid UTF-8 (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8_length(std::string_view text);

/// Whether a text column of either database can hold `text`: valid UTF-8 without U+0000.
bool is_storable(std::string_view text);

/// Replaces U+0000 and every byte that is not valid UTF-8 by U+FFFD. True when it replaced
/// something.
bool make_storable(std::string& text);

/// Keeps at most `most` bytes, and no half of a character at the end.
void cut(std::string& text, std::size_t most);

/// Makes a text from another machine fit for a log line and for JSON: at most `most` bytes of valid
/// UTF-8. Invalid bytes become U+FFFD, control characters become spaces.
void make_one_line(std::string& text, std::size_t most);

} // namespace volumeviz::text
