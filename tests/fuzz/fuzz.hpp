#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

/// libFuzzer calls this with each generated input, replay.cpp with each kept input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace volumeviz::fuzz {

/// Ends the program, as a crash would: both kinds of caller report the input.
inline void must(bool holds, const char* sentence, std::string_view about = {}) {
  if (holds)
    return;
  std::fprintf(stderr, "not so: %s\n%s\n", sentence, std::string{about}.c_str());
  std::abort();
}

/// Whether the text can be part of one log line: it has no control characters.
inline bool one_line(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return false;
  return true;
}

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

} // namespace volumeviz::fuzz
