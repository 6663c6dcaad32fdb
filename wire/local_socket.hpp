#pragma once

#include <unistd.h>
#include <utility>

namespace volumeviz::wire {

/// One end of a pair of connected local sockets, closed with the object.
class local_socket {
public:
  local_socket() = default;
  explicit local_socket(int fd) noexcept : fd_(fd) {}
  ~local_socket() {
    if (fd_ >= 0)
      ::close(fd_);
  }
  local_socket(local_socket&& from) noexcept : fd_(from.release()) {}
  local_socket& operator=(local_socket&& from) noexcept {
    std::swap(fd_, from.fd_);
    return *this;
  }

  bool is_open() const noexcept { return fd_ >= 0; }
  /// Gives the descriptor to the caller.
  int release() noexcept { return std::exchange(fd_, -1); }

private:
  int fd_ = -1;
};

} // namespace volumeviz::wire
