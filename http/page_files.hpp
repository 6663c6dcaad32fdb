#pragma once

#include <span>
#include <string_view>

namespace volumeviz::http {

/// A file of the page, from the folder web/. The build embeds it (cmake/embed.cmake).
struct page_file {
  std::string_view name; ///< below web/
  std::string_view type; ///< the value of Content-Type
  std::string_view etag; ///< weak: the same for the text and its gzip form
  std::string_view text;
  std::string_view gzip;
};

std::span<const page_file> page_files() noexcept;

/// The file that is served at `path`: index.html at "/", every other file at "/web/NAME"; null when
/// there is none.
const page_file* find_page_file(std::string_view path) noexcept;

} // namespace volumeviz::http
