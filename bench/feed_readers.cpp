#include "bench/feed_readers.hpp"

#include <arpa/inet.h>
#include <array>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace volumeviz::bench {

namespace {

struct order {
  std::uint16_t port;
  int events;
};

bool send_all(int to, const void* data, std::size_t size) {
  const auto* from = static_cast<const char*>(data);
  while (size > 0) {
    const auto written = ::write(to, from, size);
    if (written <= 0)
      return false;
    from += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

int subscribe_at(std::uint16_t port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    std::_Exit(1);
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
  const std::string request = "GET /api/v1/changes/stream HTTP/1.1\r\nHost: localhost\r\n\r\n";
  if (::send(socket, request.data(), request.size(), 0) < 0)
    std::_Exit(1);
  char buffer[4096];
  for (std::string head; head.find("\r\n\r\n") == std::string::npos;) {
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0)
      std::_Exit(1);
    head.append(buffer, static_cast<std::size_t>(got));
  }
  return socket;
}

/// The subscribers' thread.
class reading {
public:
  explicit reading(std::size_t subscribers) : texts_(subscribers) {}

  std::vector<feed_arrival> run(const order& what) {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      sockets_.push_back(subscribe_at(what.port));
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      ::epoll_ctl(epoll, EPOLL_CTL_ADD, sockets_.back(), &event);
    }
    const auto all = texts_.size() * static_cast<std::size_t>(what.events);
    arrivals_.reserve(all);
    const char ready = 'r';
    std::ignore = ::write(ready_to, &ready, 1);
    std::array<epoll_event, 64> events;
    while (arrivals_.size() < all) {
      const int count = ::epoll_wait(epoll, events.data(), events.size(), 20'000);
      if (count <= 0)
        break;
      for (int k = 0; k < count; ++k)
        read(events[static_cast<std::size_t>(k)].data.u64);
    }
    return std::move(arrivals_);
  }

  int ready_to = -1;

private:
  void read(std::size_t i) {
    iovec part{buffer_.data(), buffer_.size()};
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(timespec))];
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    const auto got = ::recvmsg(sockets_[i], &message, MSG_DONTWAIT);
    const auto now = realtime_ns();
    if (got <= 0)
      std::_Exit(1);
    auto stamp = now;
    for (auto* x = CMSG_FIRSTHDR(&message); x != nullptr; x = CMSG_NXTHDR(&message, x))
      if (x->cmsg_level == SOL_SOCKET && x->cmsg_type == SCM_TIMESTAMPNS) {
        const auto* at = reinterpret_cast<const timespec*>(CMSG_DATA(x));
        stamp = at->tv_sec * 1'000'000'000 + at->tv_nsec;
      }
    auto& text = texts_[i];
    text.append(buffer_.data(), static_cast<std::size_t>(got));
    note(text, stamp, now);
  }

  /// The name of an event's volume is its number.
  void note(std::string& text, std::int64_t stamp, std::int64_t now) {
    constexpr std::string_view mark = "\"name\":\"";
    std::size_t done = 0;
    for (auto end = text.find("\n\n"); end != std::string::npos; end = text.find("\n\n", done)) {
      const auto event = std::string_view{text}.substr(done, end - done);
      if (const auto name = event.find(mark); name != std::string_view::npos)
        arrivals_.push_back({std::atoll(event.data() + name + mark.size()), stamp, now});
      done = end + 2;
    }
    text.erase(0, done);
  }

  std::vector<int> sockets_;
  std::vector<std::string> texts_; ///< the part of an event that has arrived
  std::vector<feed_arrival> arrivals_;
  std::array<char, 65536> buffer_{};
};

} // namespace

std::int64_t realtime_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

feed_readers::feed_readers(int subscribers) {
  int orders[2], results[2];
  if (::pipe2(orders, O_CLOEXEC) != 0 || ::pipe2(results, O_CLOEXEC) != 0)
    std::exit(1);
  child_ = ::fork();
  if (child_ == 0) {
    ::close(orders[1]);
    ::close(results[0]);
    order what{};
    if (::read(orders[0], &what, sizeof what) != sizeof what)
      std::_Exit(0);
    reading all{static_cast<std::size_t>(subscribers)};
    all.ready_to = results[1];
    const auto found = all.run(what);
    std::_Exit(send_all(results[1], found.data(), found.size() * sizeof found[0]) ? 0 : 1);
  }
  ::close(orders[0]);
  ::close(results[1]);
  to_child_ = orders[1];
  from_child_ = results[0];
}

feed_readers::~feed_readers() {
  ::close(to_child_);
  ::close(from_child_);
  ::waitpid(child_, nullptr, 0);
}

bool feed_readers::subscribe(std::uint16_t port, int events) {
  const order what{port, events};
  char ready = 0;
  return send_all(to_child_, &what, sizeof what) && ::read(from_child_, &ready, 1) == 1;
}

std::vector<feed_arrival> feed_readers::arrivals() {
  std::vector<feed_arrival> all;
  feed_arrival one;
  std::size_t have = 0;
  for (ssize_t got = 0;
       (got = ::read(from_child_, reinterpret_cast<char*>(&one) + have, sizeof one - have)) > 0;) {
    have += static_cast<std::size_t>(got);
    if (have < sizeof one)
      continue;
    all.push_back(one);
    have = 0;
  }
  return all;
}

} // namespace volumeviz::bench
