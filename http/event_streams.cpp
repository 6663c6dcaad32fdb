#include "http/event_streams.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <variant>

namespace volumeviz::http {

namespace {

// What the kernel holds for a connection beside its outbox. The default grows to megabytes.
constexpr int send_buffer = 64 * 1024;
// A peer that is gone without a word is noticed by the comments that it does not acknowledge.
constexpr unsigned dead_after_ms = 30'000;
constexpr std::size_t pieces_at_once = 64;

void prepare_socket(int socket) {
  ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &send_buffer, sizeof send_buffer);
  ::setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_after_ms, sizeof dead_after_ms);
}

int opened(int descriptor, const char* what) {
  if (descriptor < 0)
    throw std::system_error{errno, std::generic_category(), what};
  return descriptor;
}

} // namespace

event_streams::event_streams(stream_parts parts)
    : parts_{std::move(parts)}, epoll_{opened(::epoll_create1(EPOLL_CLOEXEC), "epoll")},
      wakeup_{opened(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")}, feed_{parts_.limits} {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = 0}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeup_, &event);
  parts_.commits->call([this] { read_newest(); });
}

event_streams::~event_streams() {
  stop();
  ::close(wakeup_);
  ::close(epoll_);
}

void event_streams::stop() {
  parts_.commits->call({});
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  signal();
  if (thread_.joinable())
    thread_.join();
  reader_.reset();
  arrivals_.clear();
}

void event_streams::signal() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(wakeup_, &one, sizeof one);
}

void event_streams::read_newest() {
  std::lock_guard lock{mutex_};
  if (reader_ && !stopped_)
    reader_->wake();
}

std::optional<connection> event_streams::add(connection peer, feed::subscription what,
                                             std::string head) {
  {
    std::lock_guard lock{mutex_};
    if (stopped_ || count_ >= parts_.most || !start_threads())
      return peer;
    ++count_;
    parts_.subscribers(count_);
    prepare_socket(peer.socket());
    arrivals_.push_back({std::move(peer), std::move(what), std::move(head)});
  }
  signal();
  return {};
}

/// With the lock. False when the system has no thread for the feed.
bool event_streams::start_threads() {
  if (thread_.joinable())
    return true;
  try {
    auto parts = parts_.reader;
    parts.deliver = [this](feed::reading x) {
      {
        std::lock_guard lock{mutex_};
        readings_.push_back(std::move(x));
      }
      signal();
    };
    reader_ = std::make_unique<feed::history_reader>(std::move(parts));
    thread_ = std::thread{[this] { run(); }};
    return true;
  } catch (const std::system_error&) {
    return false;
  }
}

void event_streams::run() {
  while (take_input()) {
    feed_.tick(steady::now());
    end_those_cut_off();
    flush_ready();
    rest_without_subscribers();
    wait();
  }
  count_down(streams_.size());
  streams_.clear();
}

/// False when it is time to stop.
bool event_streams::take_input() {
  std::vector<arrival> arrivals;
  std::vector<feed::reading> readings;
  {
    std::lock_guard lock{mutex_};
    if (stopped_)
      return false;
    arrivals.swap(arrivals_);
    readings.swap(readings_);
  }
  for (auto& x : arrivals)
    take_arrival(std::move(x));
  const auto now = steady::now();
  for (auto& x : readings) {
    if (auto* health = std::get_if<feed::told_health>(&x))
      feed_.health_changed(health->json, now);
    else if (auto* newest = std::get_if<feed::tail_answer>(&x))
      feed_.take(std::move(*newest), now);
    else
      feed_.take(std::move(std::get<feed::page_answer>(x)), now);
  }
  return true;
}

void event_streams::take_arrival(arrival x) {
  const auto socket = x.peer.socket();
  const bool is_first = feed_.size() == 0;
  const auto number = feed_.add(std::move(x.what), x.head, steady::now());
  if (is_first)
    reader_->follow(feed_.tail());
  is_following_ = true;
  streams_.try_emplace(number, stream{std::move(x.peer)});
  epoll_event event{.events = EPOLLRDHUP, .data = {.u64 = number}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0)
    end(number);
}

void event_streams::wait() {
  const auto next = feed_.next_tick();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next - steady::now()).count();
  const int timeout = next == steady::time_point::max()
                          ? -1
                          : static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
  std::array<epoll_event, 64> events;
  const int count = ::epoll_wait(epoll_, events.data(), events.size(), timeout);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    const auto number = event.data.u64;
    if (number == 0) {
      std::uint64_t drained = 0;
      [[maybe_unused]] auto got = ::read(wakeup_, &drained, sizeof drained);
      continue;
    }
    const auto found = streams_.find(number);
    if (found == streams_.end())
      continue;
    if ((event.events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0) {
      end(number);
      continue;
    }
    watch(number, found->second, false);
    flush(number, found->second);
  }
}

void event_streams::flush_ready() {
  for (auto ready = feed_.take_ready(); !ready.empty(); ready = feed_.take_ready())
    for (const auto number : ready)
      if (const auto found = streams_.find(number); found != streams_.end())
        flush(number, found->second);
  for (auto& page : feed_.take_requests())
    reader_->read(std::move(page));
}

void event_streams::flush(std::uint64_t number, stream& x) {
  if (!x.is_blocked && !write(number, x))
    end(number);
}

bool event_streams::write(std::uint64_t number, stream& x) {
  const auto& waiting = feed_.waiting(number);
  while (!waiting.empty()) {
    waiting.pieces(pieces_, pieces_at_once);
    std::array<iovec, pieces_at_once> parts;
    for (std::size_t i = 0; i < pieces_.size(); ++i)
      parts[i] = {const_cast<char*>(pieces_[i].data()), pieces_[i].size()};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = pieces_.size();
    const auto sent = ::sendmsg(x.peer.socket(), &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent >= 0) {
      feed_.sent(number, static_cast<std::size_t>(sent), steady::now());
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      watch(number, x, true);
      return true;
    } else if (errno != EINTR) {
      return false;
    }
  }
  return true;
}

void event_streams::watch(std::uint64_t number, stream& x, bool for_room) {
  if (x.is_blocked == for_room)
    return;
  x.is_blocked = for_room;
  epoll_event event{.events = EPOLLRDHUP | (for_room ? EPOLLOUT : 0U), .data = {.u64 = number}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, x.peer.socket(), &event);
}

void event_streams::end(std::uint64_t number) {
  feed_.remove(number);
  count_down(streams_.erase(number));
}

void event_streams::end_those_cut_off() {
  const auto all = feed_.take_cut_off();
  if (all.empty())
    return;
  parts_.cut_off(all.size());
  for (const auto number : all)
    count_down(streams_.erase(number));
}

void event_streams::rest_without_subscribers() {
  if (is_following_ && feed_.size() == 0)
    reader_->stop_following();
  is_following_ = feed_.size() > 0;
}

void event_streams::count_down(std::size_t ended) {
  std::lock_guard lock{mutex_};
  count_ -= ended;
  parts_.subscribers(count_);
}

} // namespace volumeviz::http
