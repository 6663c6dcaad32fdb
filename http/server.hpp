#pragma once

#include "config/settings.hpp"
#include "http/node_view.hpp"
#include "messages/error.hpp"
#include "persistence/inventory.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::http {

/// The HTTP side of the node. Listens from construction by start() until destruction, on threads of
/// its own.
class server {
public:
  virtual ~server() = default; ///< finishes running requests (at most a few seconds), then stops
  virtual std::uint16_t port() const noexcept = 0; ///< the real one when 0 was asked for
};

struct server_settings {
  text::host_port listen;
  std::string auth_token;                      ///< empty: none
  std::vector<std::string> allowed_hosts = {}; ///< see access_rules
};

/// `view` and `rows` must outlive the server; `rows` may be null (an agent has no database: 404
/// with a sentence). Fails with ec::bad_request and a sentence when the address can't be bound,
/// port in use among it.
result<std::unique_ptr<server>> start(const server_settings& settings, node_view& view,
                                      persistence::inventory* rows);

} // namespace volumeviz::http
