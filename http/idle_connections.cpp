#include "http/idle_connections.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace volumeviz::http {

namespace {

// Places in polled_; the wakeup is the first.
constexpr std::size_t polled_listener = 1;
constexpr std::size_t first_connection = 2;

} // namespace

idle_connections::idle_connections(idle_limits limits, std::function<void(connection)> ready)
    : limits_{limits}, ready_{std::move(ready)}, wakeup_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wakeup_ < 0)
    throw std::system_error{errno, std::generic_category(), "eventfd"};
  thread_ = std::thread{[this] { run(); }};
}

idle_connections::~idle_connections() {
  stop();
  ::close(wakeup_);
}

void idle_connections::stop() {
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  wake();
  if (thread_.joinable())
    thread_.join();
}

void idle_connections::wake() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(wakeup_, &one, sizeof one);
}

void idle_connections::accept_on(int socket, std::function<std::chrono::milliseconds()> accept) {
  {
    std::lock_guard lock{accept_mutex_};
    listening_ = socket;
    accept_ = std::move(accept);
  }
  wake();
}

void idle_connections::stop_accepting() {
  std::lock_guard lock{accept_mutex_};
  listening_ = -1;
}

void idle_connections::wait_for_request(connection peer) {
  const auto limit = peer.requests == 0 ? limits_.first_byte : limits_.next_request;
  add({std::move(peer), state::idle, steady::now() + limit});
}

void idle_connections::half_close(connection peer) {
  peer.end_output();
  add({std::move(peer), state::half_closed, steady::now() + limits_.half_closed});
}

void idle_connections::refuse(connection peer, const refusal& why) {
  peer.send_now(raw_answer(why));
  half_close(std::move(peer));
}

void idle_connections::close_oldest() {
  {
    std::lock_guard lock{mutex_};
    close_oldest_ = true;
  }
  wake();
}

void idle_connections::add(entry added) {
  {
    std::lock_guard lock{mutex_};
    if (stopped_)
      return; // closes it
    added_.push_back(std::move(added));
  }
  wake();
}

void idle_connections::run() {
  while (take_added(), !stopped()) {
    poll_all();
    std::uint64_t drained = 0;
    [[maybe_unused]] auto got = ::read(wakeup_, &drained, sizeof drained);
    const auto now = steady::now();
    std::size_t at = first_connection;
    for (auto it = all_.begin(); it != all_.end(); ++at) {
      const bool done =
          (polled_[at].revents != 0 && receive(*it)) || (it->deadline <= now && expire(*it));
      it = done ? all_.erase(it) : std::next(it);
    }
    if (polled_[polled_listener].revents != 0)
      accept_waiting();
  }
  all_.clear();
}

bool idle_connections::stopped() {
  std::lock_guard lock{mutex_};
  return stopped_;
}

void idle_connections::poll_all() {
  auto next = steady::time_point::max();
  int listening = -1; // poll() ignores it
  {
    std::lock_guard lock{accept_mutex_};
    if (listening_ >= 0 && steady::now() < accept_after_)
      next = accept_after_;
    else
      listening = listening_;
  }
  polled_.assign({{wakeup_, POLLIN, 0}, {listening, POLLIN, 0}});
  for (const auto& x : all_) {
    polled_.push_back({x.peer.socket(), POLLIN, 0});
    next = std::min(next, x.deadline);
  }
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - steady::now()).count();
  const int timeout = next == steady::time_point::max()
                          ? -1
                          : static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60'000));
  ::poll(polled_.data(), polled_.size(), timeout);
}

void idle_connections::accept_waiting() {
  std::lock_guard lock{accept_mutex_};
  if (listening_ >= 0)
    accept_after_ = steady::now() + accept_();
}

void idle_connections::take_added() {
  entries added;
  bool full = false;
  {
    std::lock_guard lock{mutex_};
    added.swap(added_);
    full = std::exchange(close_oldest_, false);
  }
  for (auto it = added.begin(); it != added.end();) {
    // The input may already have a whole request that the client sent before the last answer.
    const bool done = it->doing == state::idle && !it->peer.input.empty() && find_request(*it);
    it = done ? added.erase(it) : std::next(it);
  }
  all_.splice(all_.end(), added);
  if (full && !all_.empty())
    all_.pop_front();
  while (all_.size() > limits_.connections)
    all_.pop_front();
}

bool idle_connections::receive(entry& x) {
  char buffer[4096];
  const auto got = ::recv(x.peer.socket(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (got < 0)
    return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
  if (got == 0)
    return true;
  if (x.doing == state::half_closed)
    return false;
  x.peer.input.append(buffer, static_cast<std::size_t>(got));
  return find_request(x);
}

bool idle_connections::find_request(entry& x) {
  auto& peer = x.peer;
  if (x.doing == state::idle) {
    x.doing = state::reading;
    x.deadline = steady::now() + limits_.whole_head;
  }
  while (peer.scanned == 0 && peer.input.compare(0, 2, "\r\n") == 0)
    peer.input.erase(0, 2); // some clients send a line end after a body, beyond its Content-Length
  auto size = find_head(peer.input, peer.scanned);
  if (!size) {
    peer.send_now(raw_answer(size.error()));
    start_half_close(x);
    return false;
  }
  if (*size == 0)
    return false;
  peer.head_size = *size;
  peer.queued_at = steady::now();
  ready_(std::move(peer));
  return true;
}

bool idle_connections::expire(entry& x) {
  if (x.doing != state::reading)
    return true;
  x.peer.send_now(raw_answer({408, "the request was not complete within "
                                       + std::to_string(limits_.whole_head.count()) + " ms"}));
  start_half_close(x);
  return false;
}

void idle_connections::start_half_close(entry& x) {
  x.peer.end_output();
  x.doing = state::half_closed;
  x.deadline = steady::now() + limits_.half_closed;
}

} // namespace volumeviz::http
