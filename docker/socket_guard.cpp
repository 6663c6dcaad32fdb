#include "docker/socket_guard.hpp"

#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace volumeviz::docker {

namespace {

// The socket is shut down again and again until the call has returned: at the first time the call
// may not have opened its socket yet, or may not have connected it.
constexpr std::chrono::milliseconds pause{5};

} // namespace

socket_guard::socket_guard(std::shared_ptr<deadline_keeper> keeper)
    : keeper_{std::move(keeper)}, call_{*keeper_, pause, [this] { shut_down(); }} {
}

socket_guard::~socket_guard() {
  call_.stop();
  forget();
}

void socket_guard::stop() noexcept {
  stopped_ = true;
  shut_down();
  call_.expire();
}

bool socket_guard::stopped() const noexcept {
  return stopped_;
}

void socket_guard::begin(std::optional<time_point> until) {
  until_ = until;
  call_.start(until.value_or(deadline_keeper::never));
  if (stopped_) // perhaps since before start(), when there was no call that stop() could expire
    call_.expire();
}

void socket_guard::end() {
  call_.stop();
}

bool socket_guard::expired() const {
  return until_ && deadline_keeper::clock::now() >= *until_;
}

void socket_guard::watch(int socket) {
  replace(::fcntl(socket, F_DUPFD_CLOEXEC, 0));
}

void socket_guard::forget() {
  replace(-1);
}

void socket_guard::replace(int socket) noexcept {
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0)
    ::close(socket_);
  socket_ = socket;
}

bool socket_guard::connected() const {
  const std::lock_guard lock{mutex_};
  if (socket_ < 0)
    return false;
  char byte = 0;
  const auto got = ::recv(socket_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

bool socket_guard::peer_open() const noexcept {
  const std::lock_guard lock{mutex_};
  if (socket_ < 0)
    return false;
  pollfd state{.fd = socket_, .events = POLLRDHUP, .revents = 0};
  return ::poll(&state, 1, 0) == 0;
}

void socket_guard::shut_down() const noexcept {
  const std::lock_guard lock{mutex_};
  if (socket_ >= 0)
    ::shutdown(socket_, SHUT_RDWR);
}

} // namespace volumeviz::docker
