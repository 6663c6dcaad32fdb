#include "tests/fleet/slow_link.hpp"

#include "tests/support/wire.hpp"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <deque>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace volumeviz::fleet {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

namespace {

constexpr milliseconds forward_interval{2};

sockaddr_in ipv4(const std::string& address, std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &result.sin_addr);
  return result;
}

/// -1 when it fails.
int connect_to(const std::string& address, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto to = ipv4(address, port);
  // A partition behind the link must not block the end of the test.
  const timeval limit{.tv_sec = 2, .tv_usec = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0)
    return fd;
  ::close(fd);
  return -1;
}

/// One direction of a connection, and the bytes on their way.
struct lane {
  int from = -1, to = -1;
  std::deque<std::pair<clock::time_point, std::string>> on_way{};
  bool ended = false; ///< no more bytes will come

  /// Takes bytes that have arrived, without waiting.
  void take(milliseconds delay) {
    std::array<char, 65536> buffer;
    const auto size = ::recv(from, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0)
      on_way.emplace_back(clock::now() + delay,
                          std::string{buffer.data(), static_cast<std::size_t>(size)});
    else if (size == 0 || (errno != EAGAIN && errno != EINTR))
      ended = true;
  }
  /// False when the other side has ended.
  bool give_what_is_due() {
    for (; !on_way.empty() && on_way.front().first <= clock::now(); on_way.pop_front())
      if (!support::send_all(to, on_way.front().second))
        return false;
    return true;
  }
  bool over() const { return ended && on_way.empty(); }
};

} // namespace

struct slow_link::connection {
  int client = -1;
  int backend = -1;
  std::atomic<bool> cut = false, finished = false;
  std::thread thread{};

  ~connection() {
    cut = true;
    ::shutdown(client, SHUT_RDWR); // its thread may be sending
    ::shutdown(backend, SHUT_RDWR);
    if (thread.joinable())
      thread.join();
    ::close(client);
    ::close(backend);
  }
};

slow_link::slow_link(const network_namespace& where, const std::string& address, std::uint16_t port)
    : where_{where}, backend_address_{address}, backend_port_{port} {
  const inside there{where_};
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto own = ipv4("127.0.0.1", 0);
  socklen_t size = sizeof own;
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&own), size) != 0
      || ::listen(listener_, 16) != 0
      || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size) != 0)
    throw std::system_error{errno, std::generic_category(), "the slow link's port"};
  port_ = ntohs(own.sin_port);
  acceptor_ = std::thread{[this] { accept_all(); }};
}

slow_link::~slow_link() {
  stopping_ = true;
  acceptor_.join();
  ::close(listener_);
}

void slow_link::accept_all() {
  const inside there{where_};
  while (!stopping_) {
    pollfd coming{listener_, POLLIN, 0};
    if (stalled_ || ::poll(&coming, 1, 10) <= 0) {
      if (stalled_)
        std::this_thread::sleep_for(forward_interval);
      continue;
    }
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    const int backend = connect_to(backend_address_, backend_port_);
    if (client < 0 || backend < 0) {
      ::close(client);
      ::close(backend);
      continue;
    }
    const int at_once = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    ::setsockopt(backend, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    const std::scoped_lock lock{mutex_};
    connections_.remove_if([](const auto& x) { return x->finished.load(); });
    auto& made = *connections_.emplace_back(std::make_unique<connection>());
    made.client = client;
    made.backend = backend;
    made.thread = std::thread{[this, &made] { carry(made); }};
  }
}

void slow_link::carry(connection& x) {
  lane there{x.client, x.backend}, back{x.backend, x.client};
  bool open = true;
  while (open && !x.cut && !stopping_) {
    if (stalled_) {
      std::this_thread::sleep_for(forward_interval);
      continue;
    }
    std::array<pollfd, 2> sides{
        {{there.ended ? -1 : x.client, POLLIN, 0}, {back.ended ? -1 : x.backend, POLLIN, 0}}};
    ::poll(sides.data(), sides.size(), static_cast<int>(forward_interval.count()));
    if (stalled_)
      continue;
    if (sides[0].revents)
      there.take(milliseconds{delay_ms_});
    if (sides[1].revents)
      back.take(milliseconds{delay_ms_});
    // When one side ends, the whole connection ends after its bytes have passed: CAF never closes
    // only one direction.
    open = there.give_what_is_due() && back.give_what_is_due() && !there.over() && !back.over();
  }
  ::shutdown(x.client, SHUT_RDWR);
  ::shutdown(x.backend, SHUT_RDWR);
  x.finished = true;
}

void slow_link::delay(milliseconds by) {
  delay_ms_ = by.count();
}

void slow_link::stall(bool yes) {
  stalled_ = yes;
}

void slow_link::cut() {
  const std::scoped_lock lock{mutex_};
  for (const auto& x : connections_)
    x->cut = true;
}

} // namespace volumeviz::fleet
