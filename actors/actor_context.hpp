#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "messages/node_role.hpp"
#include "metrics/metrics.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>

namespace volumeviz {

/// The addresses of a node's actors. They stay valid when an actor is restarted. Null: the node has
/// no such actor.
struct node_handles {
  node_actor node{}; ///< null in an actor's context
  reconciler_actor reconciler{};
  metrics_aggregator_actor metrics{};
  health_reporter_actor health{};
  resource_handler_actor volumes{};
  resource_handler_actor containers{};
  stream_supervisor_actor stream{};
  inventory_store_actor store{}; ///< in an agent the hub link
  fleet_roster_actor roster{};   ///< hub
  hub_gate_actor gate{};         ///< hub
  node_role role = node_role::standalone;
};

/// What all actors of a node share. The tree fills it in before the first actor starts.
struct actor_context {
  std::string host; ///< NODE_NAME
  std::shared_ptr<spdlog::logger> log;
  std::shared_ptr<metrics::catalogue> numbers;
  wall_clock now = system_now;
  std::uint64_t seed = 0; ///< of the random parts of waits
  node_handles handles{};
};

using context_ptr = std::shared_ptr<const actor_context>;

} // namespace volumeviz
