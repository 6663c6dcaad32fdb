#pragma once

#include "docker/endpoint.hpp"
#include "docker/socket_guard.hpp"
#include "messages/resources.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace volumeviz::docker {

/// The first part of an answer.
struct response_head {
  int status = 0;
  std::string api_version; ///< the daemon's highest; every answer of a daemon names it
  std::string server;      ///< e.g. "Docker/20.10.24 (linux)"
  bool libpod = false;     ///< it is Podman
  timestamp date = never;  ///< the daemon's clock, in whole seconds; `never` if missing
  std::optional<std::uint64_t> length;
};

/// How a request ended.
enum class ending {
  complete,      ///< the whole answer has been read
  declined,      ///< a callback returned false
  unknown_host,  ///< nothing sent: the host name has no address
  not_connected, ///< nothing sent: no connection
  tls_failed,    ///< nothing sent: the TLS handshake failed
  peer_rejected, ///< nothing sent: the daemon's certificate is not trusted
  broken,        ///< the connection ended before the answer was complete
};

/// One connection to the daemon, kept alive between requests. One thread at a time; another thread
/// can end a request through the guard. No method throws.
class connection {
public:
  using on_head = std::function<bool(const response_head&)>;
  using on_bytes = std::function<bool(std::string_view)>;

  connection(const address& where, socket_guard& guard);
  ~connection();

  /// GET with an encoded path. A callback returns false to end the request.
  ending get(const std::string& path, std::string_view accept, const on_head& head,
             const on_bytes& bytes);

  /// How many sockets it has opened. More than one: cpp-httplib has reconnected on its own.
  unsigned sockets_opened() const noexcept;
  /// Open, as far as can be known without a request.
  bool usable() const;

private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

/// What is wrong with the TLS files of an address; empty when they can be used.
std::string certificate_problem(const address& where);

} // namespace volumeviz::docker
