#pragma once

#include <string>
#include <string_view>

namespace volumeviz::http {

/// Whether a client with this Accept-Encoding header accepts gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// The text compressed by gzip; empty when there is no memory for it.
std::string gzip(std::string_view text);

} // namespace volumeviz::http
