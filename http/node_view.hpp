#pragma once

#include "messages/error.hpp"
#include "messages/fleet.hpp"
#include "messages/health.hpp"
#include "messages/node_role.hpp"
#include "messages/reconcile.hpp"

#include <string>
#include <vector>

namespace volumeviz::http {

/// What the HTTP server asks the running node. Thread-safe; each call returns within about two
/// seconds. The program implements it with the actors, tests with a fake.
class node_view {
public:
  virtual ~node_view() = default;
  virtual result<health_report> health() = 0;
  /// The core actors that do not respond; empty when all do.
  virtual std::vector<std::string> unresponsive() = 0;
  /// Why the node is not ready, a sentence each; empty when it is.
  virtual std::vector<std::string> not_ready_because() = 0;
  /// ec::docker_unreachable while Docker is not connected (503), ec::bad_request when the events
  /// system is off, and on a hub.
  virtual result<reconcile_ticket> reconcile(reconcile_scope scope) = 0;
  virtual std::vector<actor_report> actors() = 0;
  virtual std::string metrics() = 0; ///< Prometheus text

  virtual node_role role() const { return node_role::standalone; }
  /// NODE_NAME: the host whose rows this node writes, unless it is a hub.
  virtual std::string name() const { return {}; }
  /// Every host that a hub knows, in the order of their names; empty in other roles.
  virtual result<std::vector<host_report>> hosts() { return {}; }
};

} // namespace volumeviz::http
