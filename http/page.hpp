#pragma once

#include <string_view>

namespace volumeviz::http {

/// The page at /: the node's status, refreshed by itself, and links to everything else. One piece,
/// no other files.
std::string_view page_html() noexcept;

} // namespace volumeviz::http
