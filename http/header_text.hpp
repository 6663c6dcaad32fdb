#pragma once

#include <string_view>

// How the text of a header is taken apart.

namespace volumeviz::http {

/// Takes the part before the next `separator` off the front of `text`.
inline std::string_view take(std::string_view& text, std::string_view separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
  return part;
}

} // namespace volumeviz::http
