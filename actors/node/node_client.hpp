#pragma once

#include "actors/actor_context.hpp"
#include "messages/error.hpp"
#include "messages/fleet.hpp"
#include "messages/health.hpp"
#include "messages/reconcile.hpp"

#include <string>
#include <vector>

namespace volumeviz {

/// Asks the actors from ordinary threads. Thread-safe. Every call blocks for two seconds at most.
/// Must be destroyed before the actor system, and must not be called inside an actor.
class node_client {
public:
  node_client(caf::actor_system& system, node_handles handles)
      : system_(system), handles_(std::move(handles)) {}

  result<health_report> health() const;
  std::vector<std::string> unresponsive() const;
  std::vector<std::string> not_ready() const;
  node_role role() const { return handles_.role; }
  /// Every host that a hub knows, ordered by name. Empty in other roles.
  result<std::vector<host_report>> hosts() const;
  /// ec::docker_unreachable while no stream is open. ec::bad_request when the events system is off,
  /// and on a hub, which watches no daemon.
  result<reconcile_ticket> reconcile(reconcile_scope scope) const;
  std::vector<actor_report> actors() const;
  std::string metrics() const;
  /// Stops the node in order; blocks until it has stopped (at most ten seconds).
  void stop() const;
  /// The daemon's socket was just created: connect now.
  void wake_stream() const;

private:
  caf::actor_system& system_;
  node_handles handles_;
};

} // namespace volumeviz
