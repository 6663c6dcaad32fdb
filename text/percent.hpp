#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::text {

/// The value of a hexadecimal digit; -1 for any other character.
int hex_digit(char c) noexcept;

/// Percent-encodes everything but letters, digits, '-', '.', '_', '~' (RFC 3986, unreserved) and
/// the characters in `keep`.
std::string percent_encode(std::string_view text, std::string_view keep = "");

/// Nothing when a '%' is not followed by two hexadecimal digits.
std::optional<std::string> percent_decode(std::string_view text);

/// Decodes a name or a value of a query: "%41" and plus signs. A '%' without two digits stays as it
/// is, as in browsers.
std::string query_decode(std::string_view text);

} // namespace volumeviz::text
