#pragma once

#include <string>
#include <string_view>

namespace volumeviz::http {

/// Whether a client that sends this Accept-Encoding header takes gzip.
bool accepts_gzip(std::string_view accept_encoding);

/// The text in gzip's format; empty when there is no memory for it.
std::string gzip(std::string_view text);

} // namespace volumeviz::http
