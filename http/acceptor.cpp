#include "http/acceptor.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace volumeviz::http {

namespace {

constexpr int pause_ms = 50;

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

std::string reason(int error) {
  switch (error) {
  case EADDRINUSE:
    return "the port is in use by another program";
  case EACCES:
    return "ports below 1024 need the right to bind them";
  case EADDRNOTAVAIL:
    return "this machine has no such address";
  default:
    return std::strerror(error); // NOLINT(concurrency-mt-unsafe): glibc's is thread-local
  }
}

/// A socket that listens at the address, or errno negated.
int listen_at(const addrinfo& where) {
  const int socket = ::socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0)
    return -errno;
  // Not SO_REUSEPORT: a second program could share the port unnoticed.
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (where.ai_family == AF_INET6)
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0); // [::] takes IPv4, too
  if (::bind(socket, where.ai_addr, where.ai_addrlen) == 0 && ::listen(socket, SOMAXCONN) == 0)
    return socket;
  const int error = errno;
  ::close(socket);
  return -error;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
  return ntohs(own.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(own).sin6_port
                                         : reinterpret_cast<const sockaddr_in&>(own).sin_port);
}

} // namespace

acceptor::acceptor(std::function<void(connection)> take, std::function<void()> make_room)
    : take_{std::move(take)},
      make_room_{std::move(make_room)}, wakeup_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wakeup_ < 0)
    throw std::system_error{errno, std::generic_category(), "eventfd"};
}

acceptor::~acceptor() {
  stop();
  ::close(wakeup_);
}

result<std::uint16_t> acceptor::listen(const text::host_port& where) {
  const auto refuse = [&](const std::string& why) {
    return fail(ec::bad_request, "couldn't listen on " + to_string(where) + ": " + why
                                     + "; set HTTP_LISTEN to an address and a port that are free");
  };
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const auto port = std::to_string(where.port);
  if (const int error = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &found); error != 0)
    return refuse(std::string{"the host can't be resolved: "} + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  for (const auto* each = found; each != nullptr && socket_ < 0; each = each->ai_next)
    socket_ = listen_at(*each);
  if (socket_ < 0)
    return refuse(reason(-std::exchange(socket_, -1)));
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
    set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1); // else 43 ms a request: it is two writes
    take_(connection{socket});
    return;
  }
  if (errno == ECONNABORTED || errno == EINTR || errno == EAGAIN)
    return; // gone before it was accepted
  // Out of descriptors or memory. The connection stays in the backlog and would end each poll at
  // once, so that this thread took a core until somebody leaves.
  if (errno == EMFILE || errno == ENFILE)
    make_room_();
  pause();
}

} // namespace volumeviz::http
