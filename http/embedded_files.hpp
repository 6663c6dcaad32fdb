#pragma once

#include <span>
#include <string_view>

namespace volumeviz::http {

/// A file that the build puts into the program (cmake/embed.cmake).
struct embedded_file {
  std::string_view name; ///< below its folder
  std::string_view type; ///< the value of Content-Type
  std::string_view etag; ///< weak: the same for the text and its gzip form
  std::string_view text;
  std::string_view gzip;
};

/// The page: the folder web/.
std::span<const embedded_file> page_files() noexcept;

/// The file that is served at `path`: index.html at "/", every other file at "/web/NAME"; null when
/// there is none.
const embedded_file* find_page_file(std::string_view path) noexcept;

/// The folder http/api/, which has one file.
std::span<const embedded_file> api_files() noexcept;

/// The OpenAPI document of all paths.
const embedded_file& api_document() noexcept;

} // namespace volumeviz::http
