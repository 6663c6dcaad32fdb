#include "docker/socket_watch.hpp"

#include "docker/endpoint.hpp"

#include <array>
#include <cstring>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace volumeviz::docker {

namespace {

// From the creation of the file until the daemon listens. A second in all is ample.
constexpr std::chrono::milliseconds try_pause{10};
constexpr int most_tries = 100;

} // namespace

socket_watch::socket_watch(const endpoint& where) {
  const auto parsed = parse_endpoint(where);
  if (!parsed || parsed->via != address::kind::unix_socket)
    return;
  path_ = parsed->path;
  const auto slash = path_.rfind('/');
  name_ = path_.substr(slash + 1);
  const auto folder = slash == 0 ? "/" : path_.substr(0, slash);
  inotify_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (inotify_ < 0)
    return;
  if (::inotify_add_watch(inotify_, folder.c_str(), IN_CREATE | IN_MOVED_TO | IN_ATTRIB) < 0) {
    ::close(inotify_);
    inotify_ = -1;
  }
}

socket_watch::~socket_watch() {
  if (watching())
    ::close(inotify_);
}

std::optional<std::chrono::milliseconds> socket_watch::next_try() const noexcept {
  return tries_left_ > 0 ? std::optional{try_pause} : std::nullopt;
}

bool socket_watch::appeared() {
  if (!watching())
    return false;
  if (socket_touched())
    tries_left_ = most_tries;
  if (tries_left_ == 0)
    return false;
  --tries_left_;
  if (!accepts_connections())
    return false;
  tries_left_ = 0;
  return true;
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
