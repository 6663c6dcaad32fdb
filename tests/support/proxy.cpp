#include "tests/support/proxy.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::support {

struct proxy::connection {
  int client = -1;
  int backend = -1;
  std::atomic<bool> finished = false;
  request_reader questions;
  std::string target; // of the last request
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
  listener_ = listen_at(socket());
  if (listener_ < 0)
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
  const auto receive = [&](int from) {
    const auto size = ::recv(from, buffer.data(), buffer.size(), 0);
    return std::string_view{buffer.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  };
  for (bool open = true; open;) {
    std::array<pollfd, 2> sides{{{x.client, POLLIN, 0}, {x.backend, POLLIN, 0}}};
    if (::poll(sides.data(), sides.size(), -1) < 0)
      open = errno == EINTR;
    if (open && sides[0].revents)
      open = pass_request(x, receive(x.client));
    if (open && sides[1].revents)
      open = pass_answer(x, receive(x.backend));
  }
  x.shut();
  x.finished = true;
}

bool proxy::pass_request(connection& x, std::string_view bytes) {
  if (bytes.empty())
    return false;
  const auto found = x.questions.feed(bytes);
  if (!found.empty()) {
    x.target = found.back().target;
    const std::scoped_lock lock{mutex_};
    requests_.insert(requests_.end(), found.begin(), found.end());
  }
  // The node's requests have no body and come one at a time, so what one recv() returns is one
  // request.
  const auto how = found.empty() ? fate::passed : fate_of(x);
  if (how == fate::error)
    return send_all(x.client, internal_error);
  if (how == fate::empty)
    return send_all(x.client, empty_stream) && false;
  return send_all(x.backend, bytes);
}

bool proxy::pass_answer(connection& x, std::string_view bytes) {
  if (bytes.empty() || !wait_while_held(x))
    return false;
  const auto step = drip_ ? 1 : bytes.size();
  if (fate_of(x) != fate::torn)
    return send_all(x.client, bytes, step);
  const auto header = bytes.starts_with("HTTP/") ? bytes.find("\r\n\r\n") + 4 : 0;
  const auto rest = bytes.size() - std::min(header, bytes.size());
  const bool sent = send_all(x.client, bytes.substr(0, bytes.size() - rest / 2), step);
  return sent && rest < 2; // a header alone is passed whole
}

/// False when the client has closed meanwhile.
bool proxy::wait_while_held(connection& x) {
  if (const auto by = delay_ms_.load(); by > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds{by});
  while ((hold_ || fate_of(x) == fate::held) && !stopping_) {
    pollfd gone{x.client, POLLRDHUP, 0};
    if (::poll(&gone, 1, 5) > 0)
      return false;
  }
  return true;
}

fate proxy::fate_of(const connection& x) const {
  const std::scoped_lock lock{mutex_};
  return rule_ ? rule_(x.target) : fate::passed;
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

void proxy::drip(bool yes) {
  drip_ = yes;
}

void proxy::decide(rule by) {
  const std::scoped_lock lock{mutex_};
  rule_ = std::move(by);
}

bool asks_for_stream(const std::string& target) {
  return target.find("/events?") != std::string::npos && target.find("until=") == std::string::npos;
}

bool asks_for_resources(const std::string& target) {
  return target.find("/volumes") != std::string::npos
         || target.find("/containers/") != std::string::npos;
}

} // namespace volumeviz::support
