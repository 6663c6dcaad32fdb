#include "http/listening_socket.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace volumeviz::http {

namespace {

void set_option(int socket, int level, int name, int value) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

std::string reason(int error) {
  switch (error) {
  case EADDRINUSE:
    return "the port is in use, by another program or by a node that runs already";
  case EACCES:
    return "a port below 1024 needs the capability CAP_NET_BIND_SERVICE";
  case EADDRNOTAVAIL:
    return "this machine has no such address";
  default:
    return std::strerror(error); // NOLINT(concurrency-mt-unsafe): glibc's is thread-local
  }
}

/// A socket that listens at the address, or errno negated.
int listen_at(const addrinfo& where) {
  const int socket = ::socket(where.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (socket < 0)
    return -errno;
  // Not SO_REUSEPORT: a second program could share the port unnoticed.
  set_option(socket, SOL_SOCKET, SO_REUSEADDR, 1);
  if (where.ai_family == AF_INET6)
    set_option(socket, IPPROTO_IPV6, IPV6_V6ONLY, 0); // [::] accepts IPv4, too
  if (::bind(socket, where.ai_addr, where.ai_addrlen) == 0 && ::listen(socket, SOMAXCONN) == 0)
    return socket;
  const int error = errno;
  ::close(socket);
  return -error;
}

} // namespace

result<int> listening_socket(const text::host_port& where, const char* setting) {
  const auto refuse = [&](const std::string& why) {
    return fail(ec::bad_request, "couldn't listen on " + to_string(where) + ": " + why + "; set "
                                     + setting + " to an address and a port that are free");
  };
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const auto port = std::to_string(where.port);
  if (const int error = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &found); error != 0)
    return refuse(std::string{"the host can't be resolved: "} + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all{found, &::freeaddrinfo};
  int socket = -1;
  for (const auto* each = found; each != nullptr && socket < 0; each = each->ai_next)
    socket = listen_at(*each);
  return socket < 0 ? result<int>{refuse(reason(-socket))} : result<int>{socket};
}

} // namespace volumeviz::http
