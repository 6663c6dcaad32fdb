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
  bool libpod = false;     ///< Podman says so
  timestamp date = never;  ///< the daemon's clock, in whole seconds; `never` if it does not say
  std::optional<std::uint64_t> length;
};

/// How a request ended, before anybody asked what it means.
enum class ending {
  complete,      ///< the whole answer has been read
  declined,      ///< one of our callbacks wanted no more
  unknown_host,  ///< nothing was sent: the host name has no address
  not_connected, ///< nothing was sent
  tls_failed,    ///< likewise: the handshake failed
  peer_rejected, ///< likewise: the daemon's certificate is not what we trust
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

  /// GET, with a path that is encoded already. The callbacks return false to end it.
  ending get(const std::string& path, std::string_view accept, const on_head& head,
             const on_bytes& bytes);

  /// How many sockets it has opened. More than one: it has been reopened behind our back.
  unsigned sockets_opened() const noexcept;
  /// Open, as far as that can be seen without asking.
  bool usable() const;

private:
  struct implementation;
  std::unique_ptr<implementation> implementation_;
};

/// Whether the TLS files of an address can be used; an empty text, or what is wrong.
std::string certificate_problem(const address& where);

} // namespace volumeviz::docker
