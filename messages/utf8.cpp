#include "messages/utf8.hpp"

namespace volumeviz {

std::size_t utf8_character(std::string_view text) {
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

} // namespace volumeviz
