#include "http/acceptor.hpp"

#include "http/listening_socket.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace volumeviz::http {

namespace {

constexpr int pause_ms = 50;

std::uint16_t port_of(int socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
  return ntohs(own.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(own).sin6_port
                                         : reinterpret_cast<const sockaddr_in&>(own).sin_port);
}

} // namespace

acceptor::acceptor(std::function<void(connection)> take, std::function<void()> close_oldest)
    : take_{std::move(take)},
      close_oldest_{std::move(close_oldest)}, wakeup_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wakeup_ < 0)
    throw std::system_error{errno, std::generic_category(), "eventfd"};
}

acceptor::~acceptor() {
  stop();
  ::close(wakeup_);
}

result<std::uint16_t> acceptor::listen(const text::host_port& where) {
  auto socket = listening_socket(where, "HTTP_LISTEN");
  if (!socket)
    return tl::unexpected{std::move(socket.error())};
  socket_ = *socket;
  thread_ = std::thread{[this] { run(); }};
  return port_of(socket_);
}

void acceptor::stop() {
  const std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(wakeup_, &one, sizeof one);
  if (thread_.joinable())
    thread_.join();
  if (socket_ >= 0)
    ::close(std::exchange(socket_, -1));
}

void acceptor::run() {
  while (wait())
    accept_one();
}

bool acceptor::wait() {
  std::array<pollfd, 2> events{{{wakeup_, POLLIN, 0}, {socket_, POLLIN, 0}}};
  ::poll(events.data(), events.size(), -1);
  return events[0].revents == 0;
}

void acceptor::pause() const {
  pollfd stopped{wakeup_, POLLIN, 0};
  ::poll(&stopped, 1, pause_ms);
}

void acceptor::accept_one() {
  const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  if (socket >= 0) {
    const int on = 1;
    // Else each request takes 43 ms, since an answer is two writes.
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    take_(connection{socket});
    return;
  }
  if (errno == ECONNABORTED || errno == EINTR || errno == EAGAIN)
    return; // the peer closed it before it was accepted
  // Out of descriptors or memory. The connection stays in the backlog and ends each poll at once:
  // without a pause this thread would use a whole core.
  if (errno == EMFILE || errno == ENFILE)
    close_oldest_();
  pause();
}

} // namespace volumeviz::http
