#pragma once

#include "actors/actor_context.hpp"
#include "persistence/store.hpp"

#include <functional>
#include <memory>
#include <string>

namespace volumeviz {

struct store_parts {
  /// The actor's own.
  std::shared_ptr<persistence::store> store;
  /// The host of this node. While another node writes its rows, this one stands by. Empty in a hub,
  /// which has many hosts and never stands by as a whole.
  std::string host{};
  std::function<void()> committed = [] {}; ///< see node_parts
  bool keeps_history = true;               ///< counts what is recorded
  /// A store of this process has died before.
  bool replaces_another = false;
};

} // namespace volumeviz
