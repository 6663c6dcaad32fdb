#include "tests/support/scratch.hpp"

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>

namespace volumeviz::support {

namespace {

std::filesystem::path usual_parent() {
  const char* parent = std::getenv("VOLUMEVIZ_SCRATCH_FOLDER");
  return parent == nullptr ? "/tmp" : parent;
}

} // namespace

scratch_folder::scratch_folder() : scratch_folder(usual_parent()) {
}

scratch_folder::scratch_folder(const std::filesystem::path& below) {
  auto name = (below / "vv-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw std::system_error{errno, std::generic_category(),
                            "no temporary folder under " + below.string()};
  path_ = name;
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string file_text(const std::filesystem::path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

} // namespace volumeviz::support
