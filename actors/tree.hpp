#pragma once

#include "actors/node.hpp"
#include "sync/reconcile_ledger.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz {

/// A child of the root: its place, its lasting address, and how a new one is made.
struct child {
  slot_ptr slot;
  std::shared_ptr<route> way;
  caf::actor address; ///< a relay
  std::function<caf::strong_actor_ptr()> make;
  bool core = true; ///< must respond for the process to count as alive; blocking actors need not
  /// Blocking calls of this child that a shutdown has to interrupt.
  std::function<void()> interrupt;
};

/// The tree before anything runs: all places and addresses, so that the order of starting does not
/// matter.
struct tree {
  std::vector<child> children; ///< in the order of starting
  std::vector<slot_ptr> slots; ///< of all actors, for statistics
  slot_ptr root;
  node_handles handles;
  std::shared_ptr<spdlog::logger> log;

  child* find(const std::string& name);
};

/// Draws the tree for the settings: an events system that is off has no stream, no handlers and no
/// reconciler.
std::shared_ptr<tree> draw_tree(caf::actor_system& system, const node_parts& parts);

} // namespace volumeviz
