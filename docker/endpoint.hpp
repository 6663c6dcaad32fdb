#pragma once

#include "docker/client.hpp"
#include "messages/error.hpp"

#include <string>

namespace volumeviz::docker {

/// An endpoint taken apart.
struct address {
  enum class kind { unix_socket, tcp, tls };
  kind via = kind::unix_socket;
  std::string path; ///< of the unix socket
  std::string host; ///< of tcp and tls: a name or an address, IPv6 without brackets
  int port = 0;
  std::string ca; ///< files in PEM, tls only
  std::string cert;
  std::string key;
  std::string text; ///< as people write it, for messages
};

/// Understands unix:///PATH, tcp://HOST and tcp://HOST:PORT (2375, with TLS 2376, when the port is
/// missing). With TLS the three files must be readable; an empty cert_path means $HOME/.docker, as
/// with the docker CLI. Fails with ec::bad_request.
result<address> parse_endpoint(const endpoint& where);

} // namespace volumeviz::docker
