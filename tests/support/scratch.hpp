#pragma once

#include <filesystem>
#include <string>

namespace volumeviz::support {

/// A new folder under /tmp or VOLUMEVIZ_SCRATCH_FOLDER, removed with the object. Its path is short,
/// since the path of a Unix socket may have 107 bytes.
class scratch_folder {
public:
  scratch_folder();
  explicit scratch_folder(const std::filesystem::path& below);
  ~scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

/// The content of a file; empty when there is no file.
std::string file_text(const std::filesystem::path& file);

} // namespace volumeviz::support
