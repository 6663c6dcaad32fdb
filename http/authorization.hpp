#pragma once

#include <string>
#include <string_view>

namespace volumeviz::http {

/// Whether the value of an Authorization header is "Bearer TOKEN" with our token. The time that it
/// takes depends only on what the client sent, not on the token or on how much of it was right.
bool is_authorized(std::string_view header, const std::string& token) noexcept;

} // namespace volumeviz::http
