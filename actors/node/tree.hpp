#pragma once

#include "actors/actor_context.hpp"
#include "actors/node/node_parts.hpp"
#include "actors/platform/relay.hpp"
#include "actors/platform/slot.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace volumeviz {

/// An actor that the node supervises.
struct child {
  slot_ptr slot;
  std::shared_ptr<route> way;                  ///< from `address` to the current actor
  caf::actor address;                          ///< a relay
  std::function<caf::strong_actor_ptr()> make; ///< starts a new actor; may throw
  /// It must answer atom::alive, or the process counts as hung. False for actors that block, and
  /// for those that the world outside reaches.
  bool must_respond = true;
  std::function<void()> interrupt; ///< ends a blocking call of the actor at shutdown; may be null
};

/// A node's actors before any of them runs. All addresses exist, so the actors can start in any
/// order.
struct tree {
  std::vector<child> children; ///< in the order of starting
  std::vector<slot_ptr> slots; ///< of all actors, also of those that a child supervises
  slot_ptr root;
  context_ptr context;
};

/// Draws the tree for the settings. A node with its events system off has no stream, no handlers
/// and no reconciler.
std::shared_ptr<tree> draw_tree(caf::actor_system& system, const node_parts& parts);

} // namespace volumeviz
