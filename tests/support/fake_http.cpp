#include "tests/support/fake_http.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>

namespace volumeviz::support {

namespace {

std::string decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string{text.substr(i + 1, 2)}, nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

fake_request parse_target(std::string_view target) {
  fake_request out;
  const auto question = target.find('?');
  auto path = target.substr(0, question);
  if (path.starts_with("/v") && path.size() > 2 && path[2] >= '0' && path[2] <= '9') {
    const auto end = path.find('/', 2);
    out.version = path.substr(2, end - 2);
    path = end == std::string_view::npos ? std::string_view{} : path.substr(end);
  }
  out.path = decode(path);
  if (question == std::string_view::npos)
    return out;
  for (auto rest = target.substr(question + 1); !rest.empty();) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
    const auto equals = pair.find('=');
    out.query[decode(pair.substr(0, equals))] =
        equals == std::string_view::npos ? "" : decode(pair.substr(equals + 1));
  }
  return out;
}

[[noreturn]] void give_up(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

int listen_on(const std::string& path, int port) {
  const bool local = !path.empty();
  const int out = ::socket(local ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (out < 0)
    give_up("socket");
  sockaddr_un unix_name{};
  unix_name.sun_family = AF_UNIX;
  path.copy(unix_name.sun_path, sizeof unix_name.sun_path - 1);
  sockaddr_in tcp_name{};
  tcp_name.sin_family = AF_INET;
  tcp_name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  tcp_name.sin_port = htons(static_cast<std::uint16_t>(port));
  const int yes = 1;
  ::setsockopt(out, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto* name = local ? reinterpret_cast<const sockaddr*>(&unix_name)
                           : reinterpret_cast<const sockaddr*>(&tcp_name);
  const auto size = static_cast<socklen_t>(local ? sizeof unix_name : sizeof tcp_name);
  if (::bind(out, name, size) != 0 || ::listen(out, 128) != 0)
    give_up("bind or listen");
  return out;
}

} // namespace

fake_peer::~fake_peer() {
  ::close(descriptor_);
}

std::optional<fake_request> fake_peer::read_request() {
  std::array<char, 4096> chunk;
  for (;;) {
    const auto end = buffer_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto first = buffer_.find(' ') + 1;
      auto out =
          parse_target(std::string_view{buffer_}.substr(first, buffer_.find(' ', first) - first));
      buffer_.erase(0, end + 4);
      return out;
    }
    const auto got = ::recv(descriptor_, chunk.data(), chunk.size(), 0);
    if (got <= 0)
      return std::nullopt;
    buffer_.append(chunk.data(), static_cast<std::size_t>(got));
  }
}

bool fake_peer::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool fake_peer::gone() const {
  char byte = 0;
  return ::recv(descriptor_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void fake_peer::cut() noexcept {
  ::shutdown(descriptor_, SHUT_RDWR);
}

fake_listener::fake_listener(const std::string& path, int port, handler on_connection)
    : on_connection_{std::move(on_connection)}, descriptor_{listen_on(path, port)} {
  sockaddr_in name{};
  socklen_t size = sizeof name;
  if (path.empty() && ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&name), &size) == 0)
    port_ = ntohs(name.sin_port);
  thread_ = std::thread{[this] { accept_all(); }};
}

fake_listener::~fake_listener() {
  {
    const std::lock_guard lock{mutex_};
    leaving_ = true;
  }
  ::shutdown(descriptor_, SHUT_RDWR); // wakes accept()
  thread_.join();
  ::close(descriptor_);
  cut(false);
  for (auto& [peer, thread] : connections_)
    thread.join();
}

void fake_listener::cut(bool idle_only) {
  const std::lock_guard lock{mutex_};
  for (auto& [peer, thread] : connections_)
    if (!idle_only || peer->idle)
      peer->cut();
}

void fake_listener::accept_all() {
  for (;;) {
    const int descriptor = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC);
    const std::lock_guard lock{mutex_};
    if (leaving_ || descriptor < 0) {
      if (descriptor >= 0)
        ::close(descriptor);
      return;
    }
    ++accepted_;
    auto peer = std::make_shared<fake_peer>(descriptor);
    connections_.emplace_back(peer, std::thread{[this, peer] {
                                on_connection_(*peer);
                                peer->cut();
                              }});
  }
}

} // namespace volumeviz::support
