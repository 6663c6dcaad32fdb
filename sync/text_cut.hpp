#pragma once

#include <cstddef>
#include <string>

namespace volumeviz::sync {

/// Keeps at most `most` bytes of a text, and no half of a UTF-8 character at the end.
inline void cut_text(std::string& text, std::size_t most) {
  if (text.size() <= most)
    return;
  auto end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u)
    --end;
  text.resize(end);
  text.shrink_to_fit();
}

} // namespace volumeviz::sync
