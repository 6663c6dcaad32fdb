#pragma once

#include "docker/client.hpp"
#include "messages/error.hpp"

#include <optional>
#include <string>

namespace volumeviz::docker {

/// A parsed endpoint.
struct address {
  enum class kind { unix_socket, tcp, tls };
  kind via = kind::unix_socket;
  std::string path; ///< of the unix socket
  std::string host; ///< of tcp and tls: a name or an address, IPv6 without brackets
  int port = 0;
  std::string ca; ///< files in PEM, tls only
  std::string cert;
  std::string key;
  std::string text; ///< as in DOCKER_HOST, for messages
};

/// Why a DOCKER_HOST can't be used; nothing when it can. Empty when it is neither unix:///PATH nor
/// tcp://HOST:PORT.
std::optional<std::string> host_complaint(const std::string& host);

/// With TLS the three files must be readable; an empty cert_path means $HOME/.docker, as with the
/// docker CLI. Fails with ec::bad_request.
result<address> parse_endpoint(const endpoint& where);

} // namespace volumeviz::docker
