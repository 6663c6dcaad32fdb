#pragma once

#include "config/settings.hpp"
#include "http/node_view.hpp"
#include "http/stored_rows.hpp"
#include "messages/error.hpp"
#include "runtime/bell.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::http {

/// The node's HTTP server. It listens from start() until its destruction, on threads of its own.
class server {
public:
  virtual ~server() = default; ///< finishes running requests, for a few seconds at most
  virtual std::uint16_t port() const noexcept = 0; ///< the actual one, when 0 was requested
};

/// How the feed of changes is connected with the rest of the program.
struct feed_connections {
  std::shared_ptr<bell> commits = std::make_shared<bell>();          ///< rings after each commit
  std::function<void(std::size_t)> subscribers = [](std::size_t) {}; ///< how many there are now
  std::function<void(std::size_t)> cut_off = [](std::size_t) {};     ///< so many more
};

struct server_settings {
  text::host_port listen;
  std::string auth_token;                      ///< empty: none
  std::vector<std::string> allowed_hosts = {}; ///< see access_rules
  feed_connections feed = {};
  std::function<void()> before_metrics = [] {}; ///< called before each answer of /metrics
};

/// `view` and what `stored` refers to must outlive the server. The paths of what is not stored
/// answer 404. Fails with ec::bad_request when the address can't be bound.
result<std::unique_ptr<server>> start(const server_settings& settings, node_view& view,
                                      stored_rows stored);

} // namespace volumeviz::http
