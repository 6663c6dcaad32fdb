#include "actors/fleet/overrides.hpp"

#include <caf/all.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/openssl/all.hpp>
#include <caf/openssl/session.hpp>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <random>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

// Debian's libcaf is not linked with -Bsymbolic: a function of the program stands in for one of the
// library's of the same name. tests/actors/overrides_test.cpp keeps watch that both do.

namespace caf::detail {

/// CAF makes a node's id of the machine's hardware addresses, the root file system's UUID and the
/// process id. In two containers all three may be equal, and then one takes the other's messages
/// for its own. A random text in place of the UUID tells them apart, and also the actor systems of
/// one process, which CAF asks for once each.
__attribute__((visibility("default"), used)) std::string get_root_uuid() {
  std::random_device random;
  std::string text;
  for (int i = 0; i < 32; ++i)
    text += "0123456789abcdef"[random() % 16];
  return text;
}

} // namespace caf::detail

namespace {

// Twice the wait after which a first packet that was lost is sent again.
constexpr int connect_limit_ms = 2000;

bool connect_in_time(int fd, const addrinfo& to) {
  if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0)
    return true;
  if (errno != EINPROGRESS)
    return false;
  pollfd wait{.fd = fd, .events = POLLOUT, .revents = 0};
  int error = 0;
  socklen_t size = sizeof error;
  return ::poll(&wait, 1, connect_limit_ms) == 1
         && ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

int open_connection(const addrinfo& to) {
  const auto fd = ::socket(to.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -1;
  if (!connect_in_time(fd, to)) {
    ::close(fd);
    return -1;
  }
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK); // CAF wants to do that itself
  return fd;
}

} // namespace

namespace caf::io::network {

/// CAF connects with a blocking call inside of its one middleman: towards a host that swallows
/// packets for two minutes, in which nothing else is connected and the process does not end.
__attribute__((visibility("default"), used)) expected<native_socket>
new_tcp_connection(const std::string& host, std::uint16_t port,
                   optional<protocol::network> preferred) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_family = !preferred ? AF_UNSPEC : *preferred == protocol::ipv4 ? AF_INET : AF_INET6;
  addrinfo* found = nullptr;
  if (auto error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found))
    return make_error(sec::cannot_connect_to_node,
                      std::string{"the name can't be resolved: "} + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  for (const auto* x = found; x != nullptr; x = x->ai_next)
    if (auto fd = open_connection(*x); fd >= 0)
      return fd;
  return make_error(sec::cannot_connect_to_node,
                    std::string{"nobody listens there, or packets get lost"});
}

} // namespace caf::io::network

namespace {

// Of the handshake: as long as it takes to connect.
constexpr std::chrono::milliseconds handshake_limit{connect_limit_ms};

/// OpenSSL writes without a care for the signal.
class no_broken_pipes {
public:
  no_broken_pipes() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~no_broken_pipes() {
    const timespec at_once{};
    ::sigtimedwait(&pipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  no_broken_pipes(const no_broken_pipes&) = delete;
  no_broken_pipes& operator=(const no_broken_pipes&) = delete;

private:
  sigset_t pipe_, before_;
};

/// Whether the socket has what OpenSSL waits for, until then.
bool ready(int fd, int wanted, std::chrono::steady_clock::time_point until) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
  pollfd wait{.fd = fd,
              .events = static_cast<short>(wanted == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN),
              .revents = 0};
  return left.count() > 0 && ::poll(&wait, 1, static_cast<int>(left.count())) == 1;
}

} // namespace

namespace caf::openssl {

/// CAF goes on with a handshake whenever the socket could be written, which it always can: a thread
/// waits for a hub that hangs with all of a core. Whatever goes wrong here is found out, and told,
/// by CAF's next try.
__attribute__((visibility("default"), used)) bool session::try_connect(native_socket fd) {
  const no_broken_pipes here;
  const auto until = std::chrono::steady_clock::now() + handshake_limit;
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  SSL_set_fd(ssl_, fd);
  SSL_set_connect_state(ssl_);
  for (;;) {
    const auto done = SSL_connect(ssl_);
    if (done == 1)
      return true;
    const auto why = SSL_get_error(ssl_, done);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
      if (ready(fd, why, until))
        continue;
      ::shutdown(fd, SHUT_RDWR);
    }
    connecting_ = true;
    return true;
  }
}

} // namespace caf::openssl

namespace volumeviz {

void take_overrides_along() noexcept {
}

} // namespace volumeviz
