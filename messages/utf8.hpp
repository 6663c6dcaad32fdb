#pragma once

#include <cstddef>
#include <string_view>

namespace volumeviz {

/// The length of the valid UTF-8 character at the beginning of `text`, which is not empty; 0 when
/// there is none (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8_character(std::string_view text);

} // namespace volumeviz
