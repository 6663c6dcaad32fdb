#pragma once

#include <string>
#include <string_view>

// How the text of a header is taken apart.

namespace volumeviz::http {

/// In ASCII: names of headers, codings and schemes are not case sensitive.
inline std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return result;
}

/// Without the blanks and tabs at both ends.
inline std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Takes the part before the next `separator` off the front of `text`.
inline std::string_view take(std::string_view& text, std::string_view separator) {
  const auto at = text.find(separator);
  const auto part = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + separator.size());
  return part;
}

} // namespace volumeviz::http
