#include "text/utf8.hpp"

#include <utf8cpp/utf8.h>

#include <algorithm>
#include <utility>

namespace volumeviz::text {

namespace {

/// Where the first byte is that ASCII does not have. Most text ends here: it is all ASCII.
std::size_t ascii_prefix(std::string_view text) {
  const auto end =
      std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  return static_cast<std::size_t>(end - text.begin());
}

/// Those of ASCII, and U+0080 to U+009F.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  return first < 0x20 || first == 0x7f
         || (first == 0xc2 && character.size() == 2
             && static_cast<unsigned char>(character[1]) < 0xa0);
}

/// `text` with every character as `shown` returns it, which gets an empty one for an invalid byte.
template <class Shown>
std::string rewritten(std::string_view text, Shown shown) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto size = utf8_length(text);
    result += shown(text.substr(0, size));
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return result;
}

} // namespace

std::size_t utf8_length(std::string_view text) {
  if (static_cast<unsigned char>(text.front()) < 0x80)
    return 1;
  const auto longest = text.substr(0, 4);
  const auto* at = longest.data();
  if (utf8::find_invalid(at, at + longest.size()) == at)
    return 0;
  utf8::unchecked::next(at);
  return static_cast<std::size_t>(at - text.data());
}

bool is_storable(std::string_view text) {
  if (text.find('\0') != std::string_view::npos)
    return false;
  text.remove_prefix(ascii_prefix(text));
  return text.empty() || utf8::is_valid(text.begin(), text.end());
}

bool make_storable(std::string& text) {
  if (is_storable(text))
    return false;
  text = rewritten(text, [](std::string_view character) {
    return character.empty() || character.front() == '\0' ? replacement : character;
  });
  return true;
}

void cut(std::string& text, std::size_t most) {
  if (text.size() <= most)
    return;
  auto end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u)
    --end;
  text.resize(end);
  text.shrink_to_fit();
}

void make_one_line(std::string& text, std::size_t most) {
  cut(text, most);
  text = rewritten(text, [](std::string_view character) -> std::string_view {
    if (character.empty())
      return replacement;
    return is_control(character) ? " " : character;
  });
  cut(text, most); // a replacement is longer than what it replaces
}

} // namespace volumeviz::text
