#include "docker/socket_watch.hpp"

#include "docker/endpoint.hpp"

#include <array>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace volumeviz::docker {

socket_watch::socket_watch(const endpoint& where, std::function<void()> appeared)
    : appeared_{std::move(appeared)} {
  const auto parsed = parse_endpoint(where);
  if (!parsed || parsed->via != address::kind::unix_socket)
    return;
  path_ = parsed->path;
  const auto slash = path_.rfind('/');
  name_ = path_.substr(slash + 1);
  const auto folder = slash == 0 ? "/" : path_.substr(0, slash);
  inotify_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  leave_ = ::eventfd(0, EFD_CLOEXEC);
  if (inotify_ < 0 || leave_ < 0
      || ::inotify_add_watch(inotify_, folder.c_str(), IN_CREATE | IN_MOVED_TO | IN_ATTRIB) < 0)
    return;
  thread_ = std::thread{[this] { run(); }};
}

socket_watch::~socket_watch() {
  if (thread_.joinable()) {
    ::eventfd_write(leave_, 1);
    thread_.join();
  }
  for (const int descriptor : {inotify_, leave_})
    if (descriptor >= 0)
      ::close(descriptor);
}

/// False when the object is being destroyed.
bool socket_watch::wait(int milliseconds) const {
  std::array<pollfd, 2> both{{{leave_, POLLIN, 0}, {inotify_, POLLIN, 0}}};
  ::poll(both.data(), milliseconds < 0 ? 2 : 1, milliseconds);
  return both[0].revents == 0;
}

void socket_watch::run() {
  while (wait(-1)) {
    if (!socket_touched())
      continue;
    // The file exists a moment before the daemon listens. One second is ample.
    for (int tries = 0; tries < 100; ++tries) {
      if (accepts_connections()) {
        appeared_();
        break;
      }
      if (!wait(10))
        return;
    }
  }
}

bool socket_watch::socket_touched() const {
  alignas(inotify_event) std::array<char, 4096> buffer;
  bool touched = false;
  for (;;) {
    const auto size = ::read(inotify_, buffer.data(), buffer.size());
    if (size <= 0)
      return touched;
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event;
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* const name = buffer.data() + at + sizeof event;
      touched |= event.len > 0 && name_ == name;
      at += sizeof event + event.len;
    }
  }
}

bool socket_watch::accepts_connections() const {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  path_.copy(to.sun_path, sizeof to.sun_path - 1);
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor < 0)
    return false;
  const bool connected =
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  ::close(descriptor);
  return connected;
}

} // namespace volumeviz::docker
