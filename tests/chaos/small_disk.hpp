#pragma once

#include <cstddef>
#include <string>

namespace volumeviz::chaos {

/// A file system of its own of some megabytes over a folder, which can be filled. Needs root. Gone
/// with the object.
class small_disk {
public:
  small_disk(std::string folder, std::size_t megabytes);
  ~small_disk();
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  const std::string& folder() const noexcept { return folder_; }
  void fill();  ///< to the last byte
  void empty(); ///< of what fill() has written

private:
  std::string filler() const { return folder_ + "/filler"; }
  std::string folder_;
};

} // namespace volumeviz::chaos
