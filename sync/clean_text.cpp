#include "sync/clean_text.hpp"

#include "sync/text_cut.hpp"

#include <string_view>
#include <utility>

namespace volumeviz::sync {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

/// The length of the valid character at the beginning of `text`, which is not empty; 0 when there
/// is none (RFC 3629: no overlong forms, no surrogates).
std::size_t character(std::string_view text) {
  const auto at = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
  };
  const auto first = at(0);
  if (first < 0x80)
    return 1;
  const std::size_t size = first >= 0xc2 && first <= 0xdf   ? 2
                           : first >= 0xe0 && first <= 0xef ? 3
                           : first >= 0xf0 && first <= 0xf4 ? 4
                                                            : 0;
  for (std::size_t i = 1; i < size; ++i)
    if (at(i) < 0x80 || at(i) > 0xbf)
      return 0;
  const auto second = at(1);
  const auto overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const auto no_character = (first == 0xed && second > 0x9f) || (first == 0xf4 && second > 0x8f);
  return overlong || no_character ? 0 : size;
}

/// Those of ASCII, and U+0080 to U+009F.
bool is_control(std::string_view one) {
  const auto first = static_cast<unsigned char>(one.front());
  return first < 0x20 || first == 0x7f
         || (first == 0xc2 && one.size() == 2 && static_cast<unsigned char>(one[1]) < 0xa0);
}

} // namespace

void clean_text(std::string& text, std::size_t most) {
  cut_text(text, most);
  std::string cleaned;
  cleaned.reserve(text.size());
  for (std::string_view left = text; !left.empty();) {
    const auto size = character(left);
    const auto one = left.substr(0, size > 0 ? size : 1);
    if (size == 0)
      cleaned += replacement;
    else if (is_control(one))
      cleaned += ' ';
    else
      cleaned += one;
    left.remove_prefix(one.size());
  }
  text = std::move(cleaned);
  cut_text(text, most); // a replacement is longer than what it replaces
}

} // namespace volumeviz::sync
