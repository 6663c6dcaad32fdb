#pragma once

#include <filesystem>
#include <string>

namespace volumeviz::support {

/// A new folder under /tmp with a short path (unix sockets have room for 107 bytes), gone with the
/// object.
class scratch_folder {
public:
  scratch_folder();
  ~scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

/// The whole file, empty when there is none.
std::string file_text(const std::filesystem::path& file);

} // namespace volumeviz::support
