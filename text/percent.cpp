#include "text/percent.hpp"

#include "text/ascii.hpp"

namespace volumeviz::text {

namespace {

/// The byte of an escape "%XX" at the beginning of `text`; -1 when it does not begin with one.
int escaped_byte(std::string_view text) noexcept {
  if (text.size() < 3 || text[0] != '%')
    return -1;
  const auto high = hex_digit(text[1]), low = hex_digit(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

} // namespace

int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  const auto letter = lower(c);
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  static constexpr std::string_view marks = "-._~";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_alphanumeric(c) || marks.find(c) != marks.npos || keep.find(c) != keep.npos)
      result += c;
    else
      result += {'%', digits[byte >> 4], digits[byte & 15]};
  }
  return result;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto byte = escaped_byte(text);
    if (byte < 0 && text.front() == '%')
      return std::nullopt;
    result += byte < 0 ? text.front() : static_cast<char>(byte);
    text.remove_prefix(byte < 0 ? 1 : 3);
  }
  return result;
}

std::string query_decode(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto byte = escaped_byte(text);
    if (byte >= 0)
      result += static_cast<char>(byte);
    else
      result += text.front() == '+' ? ' ' : text.front();
    text.remove_prefix(byte < 0 ? 1 : 3);
  }
  return result;
}

} // namespace volumeviz::text
