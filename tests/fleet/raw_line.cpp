#include "tests/fleet/raw_line.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace volumeviz::fleet {

using std::chrono::milliseconds;
using clock = std::chrono::steady_clock;

namespace {

constexpr std::chrono::seconds handshake_bound{5};

bool try_later(int why) {
  return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
}

} // namespace

struct raw_line::tls {
  std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context{::SSL_CTX_new(TLS_client_method()),
                                                              &::SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&::SSL_free)> session{nullptr, &::SSL_free};

  tls(int socket, const std::optional<support::issued_files>& certificate) {
    if (certificate
        && (::SSL_CTX_use_certificate_chain_file(context.get(), certificate->certificate.c_str())
                != 1
            || ::SSL_CTX_use_PrivateKey_file(context.get(), certificate->key.c_str(),
                                             SSL_FILETYPE_PEM)
                   != 1))
      throw std::runtime_error{"OpenSSL does not load " + certificate->certificate};
    session.reset(::SSL_new(context.get()));
    ::SSL_set_mode(session.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_set_fd(session.get(), socket);
  }
};

raw_line::raw_line(std::uint16_t port, const std::string& from)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in own{}, to{};
  own.sin_family = to.sin_family = AF_INET;
  ::inet_pton(AF_INET, from.c_str(), &own.sin_addr);
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0
      || ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    const auto why = errno;
    ::close(socket_);
    throw std::system_error{why, std::generic_category(), "connecting to the hub"};
  }
}

raw_line::raw_line(raw_line&& other) noexcept
    : socket_{std::exchange(other.socket_, -1)}, tls_{std::move(other.tls_)},
      received_{std::move(other.received_)}, ended_{other.ended_} {
}

raw_line::~raw_line() {
  if (socket_ >= 0)
    ::close(socket_);
}

void raw_line::wait(clock::time_point until, bool also_writing) const {
  const auto left = std::chrono::ceil<milliseconds>(until - clock::now());
  pollfd one{.fd = socket_,
             .events = static_cast<short>(also_writing ? POLLIN | POLLOUT : POLLIN),
             .revents = 0};
  ::poll(&one, 1, static_cast<int>(std::max<milliseconds::rep>(left.count(), 0)));
}

bool raw_line::begin_tls(const std::optional<support::issued_files>& certificate) {
  tls_ = std::make_unique<tls>(socket_, certificate);
  const auto until = clock::now() + handshake_bound;
  const timeval limit{.tv_sec = handshake_bound.count(), .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ended_ = ::SSL_connect(tls_->session.get()) != 1 || clock::now() >= until;
  const int flags = ::fcntl(socket_, F_GETFL);
  ::fcntl(socket_, F_SETFL, flags | O_NONBLOCK);
  return !ended_;
}

void raw_line::drain() {
  std::array<char, 65536> buffer;
  while (!ended_) {
    if (tls_) {
      ::ERR_clear_error();
      const int size = ::SSL_read(tls_->session.get(), buffer.data(), buffer.size());
      if (size > 0) {
        received_.append(buffer.data(), static_cast<std::size_t>(size));
        continue;
      }
      ended_ = !try_later(::SSL_get_error(tls_->session.get(), size));
      return;
    }
    const auto size = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (size > 0) {
      received_.append(buffer.data(), static_cast<std::size_t>(size));
      continue;
    }
    ended_ = size == 0 || (errno != EAGAIN && errno != EINTR);
    return;
  }
}

std::size_t raw_line::write_some(std::string_view bytes) {
  if (!tls_) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0)
      return static_cast<std::size_t>(sent);
    ended_ = errno != EAGAIN && errno != EINTR;
    return 0;
  }
  std::size_t sent = 0;
  ::ERR_clear_error(); // of another connection of this thread
  const int done = ::SSL_write_ex(tls_->session.get(), bytes.data(), bytes.size(), &sent);
  ended_ = done != 1 && !try_later(::SSL_get_error(tls_->session.get(), done));
  return done == 1 ? sent : 0;
}

bool raw_line::send(std::string_view bytes, milliseconds bound) {
  const auto until = clock::now() + bound;
  while (!bytes.empty() && !ended_) {
    const auto sent = write_some(bytes);
    bytes.remove_prefix(sent);
    drain();
    if (sent > 0 || ended_)
      continue;
    if (clock::now() >= until)
      return false;
    wait(until, true);
  }
  return !ended_;
}

bool raw_line::has(std::size_t size) {
  drain();
  return received_.size() >= size;
}

std::optional<std::string> raw_line::receive(std::size_t size, milliseconds bound) {
  const auto until = clock::now() + bound;
  while (!has(size)) {
    if (ended_ || clock::now() >= until)
      return {};
    wait(until, false);
  }
  auto result = received_.substr(0, size);
  received_.erase(0, size);
  return result;
}

bool raw_line::ends_within(milliseconds bound) {
  const auto until = clock::now() + bound;
  for (;;) {
    drain();
    received_.clear();
    if (ended_ || clock::now() >= until)
      return ended_;
    wait(until, false);
  }
}

} // namespace volumeviz::fleet
