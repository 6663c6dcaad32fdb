#pragma once

#include <algorithm>
#include <string>
#include <string_view>

// For texts with rules about ASCII only: names of settings, headers, schemes and hosts. The
// functions of <cctype> depend on the locale, and are undefined for negative characters.

namespace volumeviz::text {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lower(std::string_view text) {
  std::string result{text};
  for (auto& c : result)
    c = lower(c);
  return result;
}

constexpr bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

/// Where `word`, which is in lower case, begins in `text` in any case; npos when it does not occur.
inline std::size_t find_ignoring_case(std::string_view text, std::string_view word) {
  const auto found = std::ranges::search(text, word, [](char x, char y) { return lower(x) == y; });
  return found.empty() && !word.empty() ? std::string_view::npos
                                        : static_cast<std::size_t>(found.begin() - text.begin());
}

/// Without the spaces and tabs at both ends.
inline std::string_view trimmed(std::string_view text) {
  const auto begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

} // namespace volumeviz::text
