#pragma once

#include "actors/node/tree.hpp"

#include <cstddef>
#include <memory>

namespace volumeviz {

/// A child's address, and its index in the tree.
template <class Handle>
struct place {
  Handle address{}; ///< null: the node has no such actor
  std::size_t index = 0;
};

/// Where each actor of a node is in its tree.
struct tree_places {
  place<metrics_aggregator_actor> metrics;
  place<health_reporter_actor> health;
  place<inventory_store_actor> store; ///< in an agent the hub link
  place<docker_inspector_actor> container_inspector, volume_inspector, auditor;
  place<resource_handler_actor> volumes, containers;
  place<reconciler_actor> reconciler;
  place<stream_supervisor_actor> stream;
  place<fleet_roster_actor> roster;
  place<hub_gate_actor> gate;
  place<host_census_actor> census;
  // Children of children: their supervisors make them.
  slot_ptr reader_slot;
  slot_ptr session_slot;
};

/// False: the node has no stream, no handlers and no reconciler.
bool watches_docker(const config::settings& settings);

/// Adds the root and all children to an empty tree, in the order of starting. Each child gets its
/// slot and its address, but can't be made yet. `queue` bounds the events that wait.
tree_places add_children(caf::actor_system& system, const node_parts& parts,
                         const std::shared_ptr<admission>& queue, tree& empty);

/// The addresses of the node's actors, for the actors.
node_handles handles_of(const tree_places& places, node_role role);

} // namespace volumeviz
