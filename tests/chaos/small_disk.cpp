#include "tests/chaos/small_disk.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/mount.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::chaos {

small_disk::small_disk(std::string folder, std::size_t megabytes) : folder_{std::move(folder)} {
  const auto size = "size=" + std::to_string(megabytes) + "m,mode=0777";
  if (::mount("tmpfs", folder_.c_str(), "tmpfs", 0, size.c_str()) != 0)
    throw std::system_error{errno, std::generic_category(), "no file system over " + folder_};
}

small_disk::~small_disk() {
  ::umount2(folder_.c_str(), MNT_DETACH);
}

void small_disk::fill() {
  const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  std::array<char, 65536> block{};
  for (auto size = block.size(); size > 0;)
    if (::write(file, block.data(), size) <= 0)
      size /= 2;
  ::close(file);
}

void small_disk::empty() {
  ::unlink(filler().c_str());
}

} // namespace volumeviz::chaos
