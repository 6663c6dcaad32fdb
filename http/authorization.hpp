#pragma once

#include <string>
#include <string_view>

namespace volumeviz::http {

/// Whether the value of an Authorization header is "Bearer TOKEN" with our token. The time it takes
/// depends on what the caller sent only, not on the token nor on how much of it was right.
bool is_authorized(std::string_view header, const std::string& token) noexcept;

} // namespace volumeviz::http
