#include "tests/support/proxy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sstream>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::support {

namespace {

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  return address;
}

bool send_all(int fd, const char* data, std::size_t size) {
  while (size > 0) {
    const auto sent = ::send(fd, data, size, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

int connect_to(const std::string& path) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
    return fd;
  ::close(fd);
  return -1;
}

/// The length that a request's header announces for its body.
std::size_t body_size(std::string header) {
  std::ranges::transform(header, header.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = header.find("\r\ncontent-length:");
  return found == std::string::npos ? 0 : std::strtoul(header.c_str() + found + 17, nullptr, 10);
}

} // namespace

struct proxy::connection {
  int client = -1;
  int backend = -1;
  std::atomic<bool> finished = false;
  std::string unparsed; // what the client sent and is not yet known as a request
  std::size_t body_left = 0;
  std::thread thread;

  void shut() const {
    ::shutdown(client, SHUT_RDWR);
    ::shutdown(backend, SHUT_RDWR);
  }
  ~connection() {
    shut();
    if (thread.joinable())
      thread.join();
    ::close(client);
    ::close(backend);
  }
};

proxy::proxy(std::string backend) : backend_{std::move(backend)} {
  listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(socket());
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0
      || ::listen(listener_, 128) != 0)
    throw std::system_error{errno, std::generic_category(), socket()};
  acceptor_ = std::thread{[this] { accept_all(); }};
}

proxy::~proxy() {
  stopping_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  ::close(listener_);
  std::list<std::unique_ptr<connection>> ending;
  {
    const std::scoped_lock lock{mutex_};
    ending.swap(connections_);
  }
}

void proxy::accept_all() {
  while (!stopping_) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0)
      continue;
    const int backend = refuse_ || stopping_ ? -1 : connect_to(backend_);
    if (backend < 0) {
      ::close(client);
      continue;
    }
    std::list<std::unique_ptr<connection>> ended;
    const std::scoped_lock lock{mutex_};
    for (auto x = connections_.begin(); x != connections_.end();) {
      const auto next = std::next(x);
      if ((*x)->finished)
        ended.splice(ended.end(), connections_, x);
      x = next;
    }
    auto& made = *connections_.emplace_back(std::make_unique<connection>());
    made.client = client;
    made.backend = backend;
    made.thread = std::thread{[this, &made] { carry(made); }};
  }
}

void proxy::carry(connection& x) {
  std::array<char, 65536> buffer;
  const auto pass = [&](int from, int to, bool is_question) {
    const auto size = ::recv(from, buffer.data(), buffer.size(), 0);
    if (size <= 0)
      return false;
    if (is_question)
      record(x, buffer.data(), static_cast<std::size_t>(size));
    else
      wait_while_held(x);
    return send_all(to, buffer.data(), static_cast<std::size_t>(size));
  };
  for (bool open = true; open;) {
    std::array<pollfd, 2> sides{{{x.client, POLLIN, 0}, {x.backend, POLLIN, 0}}};
    if (::poll(sides.data(), sides.size(), -1) < 0)
      open = errno == EINTR;
    if (open && sides[0].revents)
      open = pass(x.client, x.backend, true);
    if (open && sides[1].revents)
      open = pass(x.backend, x.client, false);
  }
  x.shut();
  x.finished = true;
}

void proxy::wait_while_held(connection& x) {
  // A peer that gives up in the meantime is noticed when its answer can't be sent.
  if (const auto by = delay_ms_.load(); by > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds{by});
  while (hold_ && !stopping_) {
    pollfd gone{x.client, POLLRDHUP, 0};
    if (::poll(&gone, 1, 5) > 0)
      return;
  }
}

void proxy::record(connection& x, const char* data, std::size_t size) {
  x.unparsed.append(data, size);
  for (;;) {
    const auto skipped = std::min(x.body_left, x.unparsed.size());
    x.unparsed.erase(0, skipped);
    x.body_left -= skipped;
    const auto end = x.unparsed.find("\r\n\r\n");
    if (x.body_left > 0 || end == std::string::npos)
      return;
    const auto header = x.unparsed.substr(0, end + 2);
    x.unparsed.erase(0, end + 4);
    x.body_left = body_size(header);
    seen_request request;
    std::istringstream{header} >> request.method >> request.target;
    const std::scoped_lock lock{mutex_};
    requests_.push_back(std::move(request));
  }
}

std::vector<seen_request> proxy::requests() const {
  const std::scoped_lock lock{mutex_};
  return requests_;
}

std::size_t proxy::request_count() const {
  const std::scoped_lock lock{mutex_};
  return requests_.size();
}

void proxy::forget() {
  const std::scoped_lock lock{mutex_};
  requests_.clear();
}

std::size_t proxy::open_connections() const {
  const std::scoped_lock lock{mutex_};
  return static_cast<std::size_t>(
      std::ranges::count_if(connections_, [](const auto& x) { return !x->finished.load(); }));
}

void proxy::cut() {
  const std::scoped_lock lock{mutex_};
  for (const auto& x : connections_)
    x->shut();
}

void proxy::refuse(bool yes) {
  refuse_ = yes;
}

void proxy::hold(bool yes) {
  hold_ = yes;
}

void proxy::delay(std::chrono::milliseconds by) {
  delay_ms_ = by.count();
}

} // namespace volumeviz::support
