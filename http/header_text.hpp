#pragma once

#include <string_view>

// Splits the value of a header.

namespace volumeviz::http {

/// Removes and returns the part of `text` before the next `separator`.
inline std::string_view take(std::string_view& text, std::string_view separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
  return part;
}

} // namespace volumeviz::http
