#include "http/acceptor.hpp"

#include "http/listening_socket.hpp"

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace volumeviz::http {

namespace {

constexpr std::chrono::milliseconds pause{50};
// The connections that are there already are read in between.
constexpr int most_at_once = 16;

std::uint16_t port_of(int socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
  return ntohs(own.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(own).sin6_port
                                         : reinterpret_cast<const sockaddr_in&>(own).sin_port);
}

} // namespace

result<std::uint16_t> acceptor::listen(const text::host_port& where) {
  auto socket = listening_socket(where, "HTTP_LISTEN");
  if (!socket)
    return tl::unexpected{std::move(socket.error())};
  socket_ = *socket;
  return port_of(socket_);
}

void acceptor::close() {
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

std::chrono::milliseconds acceptor::accept_some() {
  for (int i = 0; i < most_at_once; ++i) {
    const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0)
      return pause_after(errno);
    const int on = 1;
    // Else each request takes 43 ms, since an answer is two writes.
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    take_(connection{socket});
  }
  return {};
}

std::chrono::milliseconds acceptor::pause_after(int error) const {
  if (error == ECONNABORTED || error == EINTR || error == EAGAIN)
    return {}; // none waits, or the peer closed it before it was accepted
  // Out of descriptors or memory. The connection stays in the backlog and ends each poll at once:
  // without a pause the thread would use a whole core.
  if (error == EMFILE || error == ENFILE)
    close_oldest_();
  return pause;
}

} // namespace volumeviz::http
