#include "bench/sent_bytes.hpp"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::bench {

namespace {

class descriptor {
public:
  explicit descriptor(long number) : number_{static_cast<int>(number)} {}
  ~descriptor() {
    if (number_ >= 0)
      ::close(number_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int operator*() const noexcept { return number_; }

private:
  int number_;
};

bool is_connected_to(int socket, std::uint16_t port) {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  return ::getpeername(socket, reinterpret_cast<sockaddr*>(&peer), &size) == 0
         && peer.sin_family == AF_INET && ntohs(peer.sin_port) == port;
}

} // namespace

std::uint64_t bytes_sent(pid_t pid, std::uint16_t port) {
  const descriptor process{::syscall(SYS_pidfd_open, pid, 0)};
  std::uint64_t result = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator{"/proc/" + std::to_string(pid) + "/fd"}) {
    const auto number = std::atoi(entry.path().filename().c_str());
    const descriptor copy{::syscall(SYS_pidfd_getfd, *process, number, 0)};
    if (*copy < 0 && errno == EPERM)
      throw std::system_error{errno, std::generic_category(), "pidfd_getfd"};
    tcp_info about{};
    socklen_t size = sizeof about;
    if (*copy >= 0 && is_connected_to(*copy, port)
        && ::getsockopt(*copy, IPPROTO_TCP, TCP_INFO, &about, &size) == 0)
      result += about.tcpi_bytes_sent;
  }
  return result;
}

} // namespace volumeviz::bench
