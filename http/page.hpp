#pragma once

#include <string_view>

namespace volumeviz::http {

/// The page at /: the node's status, refreshed every few seconds, and links to all paths. One
/// document without other files.
std::string_view page_html() noexcept;

} // namespace volumeviz::http
