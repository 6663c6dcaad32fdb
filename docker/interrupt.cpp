#include "docker/interrupt.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace volumeviz::docker {

interrupt::interrupt() : thread_{[this] { guard(); }} {
}

interrupt::~interrupt() {
  {
    const std::lock_guard lock{mutex_};
    leaving_ = true;
  }
  wake_.notify_all();
  thread_.join();
  forget();
}

void interrupt::stop() noexcept {
  {
    const std::lock_guard lock{mutex_};
    stopped_ = true;
    shut_down();
  }
  wake_.notify_all();
}

bool interrupt::stopped() const noexcept {
  const std::lock_guard lock{mutex_};
  return stopped_;
}

void interrupt::begin(std::optional<time_point> until) {
  {
    const std::lock_guard lock{mutex_};
    under_way_ = true;
    until_ = until;
  }
  wake_.notify_all();
}

void interrupt::end() {
  const std::lock_guard lock{mutex_};
  under_way_ = false;
}

bool interrupt::expired() const {
  const std::lock_guard lock{mutex_};
  return until_ && std::chrono::steady_clock::now() >= *until_;
}

void interrupt::watch(int socket) {
  const int own = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0)
    ::close(socket_);
  socket_ = own;
}

void interrupt::forget() {
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0)
    ::close(socket_);
  socket_ = -1;
}

bool interrupt::connected() const {
  const std::lock_guard lock{mutex_};
  if (socket_ < 0)
    return false;
  char byte = 0;
  const auto got = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

bool interrupt::peer_goes_on() const noexcept {
  const std::lock_guard lock{mutex_};
  if (socket_ < 0)
    return false;
  pollfd state{.fd = socket_, .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, 0) == 0;
}

void interrupt::shut_down() const noexcept {
  if (socket_ >= 0)
    ::shutdown(socket_, SHUT_RDWR);
}

bool interrupt::due() const {
  return under_way_ && (stopped_ || (until_ && std::chrono::steady_clock::now() >= *until_));
}

void interrupt::guard() {
  // Again and again until the call has left: it may just be about to open its socket, or to connect
  // it.
  constexpr std::chrono::milliseconds again{5};
  std::unique_lock lock{mutex_};
  while (!leaving_) {
    if (due()) {
      shut_down();
      wake_.wait_for(lock, again);
    } else if (under_way_ && until_) {
      wake_.wait_until(lock, *until_);
    } else {
      wake_.wait(lock);
    }
  }
}

} // namespace volumeviz::docker
