#include "sync/clean_text.hpp"

#include "messages/utf8.hpp"
#include "sync/text_cut.hpp"

#include <string_view>
#include <utility>

namespace volumeviz::sync {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD"; // U+FFFD

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
    const auto size = utf8_character(left);
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
