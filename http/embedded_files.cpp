#include "http/embedded_files.hpp"

#include <algorithm>

namespace volumeviz::http {

const embedded_file* find_page_file(std::string_view path) noexcept {
  static constexpr std::string_view index = "index.html", folder = "/web/";
  std::string_view name;
  if (path == "/")
    name = index;
  else if (path.starts_with(folder) && path.substr(folder.size()) != index)
    name = path.substr(folder.size());
  const auto files = page_files();
  const auto found = std::ranges::find(files, name, &embedded_file::name);
  return found == files.end() ? nullptr : &*found;
}

const embedded_file& api_document() noexcept {
  return api_files().front();
}

} // namespace volumeviz::http
