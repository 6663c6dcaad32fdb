#include "http/waiting_room.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace volumeviz::http {

waiting_room::waiting_room(waiting_limits limits, std::function<void(connection)> ready)
    : limits_{limits}, ready_{std::move(ready)}, wakeup_{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)} {
  if (wakeup_ < 0)
    throw std::system_error{errno, std::generic_category(), "eventfd"};
  thread_ = std::thread{[this] { run(); }};
}

waiting_room::~waiting_room() {
  stop();
  ::close(wakeup_);
}

void waiting_room::stop() {
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  wake();
  if (thread_.joinable())
    thread_.join();
}

void waiting_room::wake() const noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] auto written = ::write(wakeup_, &one, sizeof one);
}

void waiting_room::wait_for_request(connection who) {
  const auto patience = who.requests == 0 ? limits_.first_byte : limits_.next_request;
  enter({std::move(who), state::idle, steady::now() + patience});
}

void waiting_room::linger(connection who) {
  who.end_output();
  enter({std::move(who), state::lingering, steady::now() + limits_.linger});
}

void waiting_room::refuse(connection who, const refusal& why) {
  who.send_now(raw_answer(why));
  linger(std::move(who));
}

void waiting_room::make_room() {
  {
    std::lock_guard lock{mutex_};
    crowded_ = true;
  }
  wake();
}

void waiting_room::enter(guest who) {
  {
    std::lock_guard lock{mutex_};
    if (stopped_)
      return; // closes it
    newcomers_.push_back(std::move(who));
  }
  wake();
}

void waiting_room::run() {
  for (;;) {
    admit_newcomers();
    {
      std::lock_guard lock{mutex_};
      if (stopped_)
        break;
    }
    polled_.assign(1, {wakeup_, POLLIN, 0});
    auto next = steady::time_point::max();
    for (const auto& x : guests_) {
      polled_.push_back({x.who.socket(), POLLIN, 0});
      next = std::min(next, x.deadline);
    }
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(next - steady::now()).count();
    const int timeout =
        guests_.empty() ? -1 : static_cast<int>(std::clamp<std::int64_t>(wait, 0, 60'000));
    ::poll(polled_.data(), polled_.size(), timeout);

    std::uint64_t drained = 0;
    [[maybe_unused]] auto got = ::read(wakeup_, &drained, sizeof drained);
    const auto now = steady::now();
    std::size_t at = 1;
    for (auto it = guests_.begin(); it != guests_.end(); ++at) {
      const bool left =
          (polled_[at].revents != 0 && serve(*it)) || (it->deadline <= now && expire(*it));
      it = left ? guests_.erase(it) : std::next(it);
    }
  }
  guests_.clear();
}

void waiting_room::admit_newcomers() {
  guests arrived;
  bool crowded = false;
  {
    std::lock_guard lock{mutex_};
    arrived.swap(newcomers_);
    crowded = std::exchange(crowded_, false);
  }
  for (auto it = arrived.begin(); it != arrived.end();) {
    // What a client sent ahead of the last answer may already be a whole request.
    const bool left = it->doing == state::idle && !it->who.input.empty() && look_for_head(*it);
    it = left ? arrived.erase(it) : std::next(it);
  }
  guests_.splice(guests_.end(), arrived);
  if (crowded && !guests_.empty())
    guests_.pop_front();
  while (guests_.size() > limits_.connections)
    guests_.pop_front();
}

bool waiting_room::serve(guest& who) {
  char buffer[4096];
  const auto got = ::recv(who.who.socket(), buffer, sizeof buffer, MSG_DONTWAIT);
  if (got < 0)
    return errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR;
  if (got == 0)
    return true;
  if (who.doing == state::lingering)
    return false;
  who.who.input.append(buffer, static_cast<std::size_t>(got));
  return look_for_head(who);
}

bool waiting_room::look_for_head(guest& who) {
  auto& c = who.who;
  if (who.doing == state::idle) {
    who.doing = state::reading;
    who.deadline = steady::now() + limits_.whole_head;
  }
  while (c.scanned == 0 && c.input.compare(0, 2, "\r\n") == 0)
    c.input.erase(0, 2); // some clients end a body with a line end that nobody has announced
  auto size = find_head(c.input, c.scanned);
  if (!size) {
    c.send_now(raw_answer(size.error()));
    start_lingering(who);
    return false;
  }
  if (*size == 0)
    return false;
  c.head_size = *size;
  c.since = steady::now();
  ready_(std::move(c));
  return true;
}

bool waiting_room::expire(guest& who) {
  if (who.doing != state::reading)
    return true;
  who.who.send_now(raw_answer({408, "the request was not complete within "
                                        + std::to_string(limits_.whole_head.count()) + " ms"}));
  start_lingering(who);
  return false;
}

void waiting_room::start_lingering(guest& who) {
  who.who.end_output();
  who.doing = state::lingering;
  who.deadline = steady::now() + limits_.linger;
}

} // namespace volumeviz::http
