#pragma once

#include "actors/actors.hpp"
#include "persistence/store.hpp"

#include <spdlog/logger.h>

#include <memory>
#include <string>

namespace volumeviz {

/// What the inventory store needs.
struct store_parts {
  /// The actor's own.
  std::shared_ptr<persistence::store> store;
  /// The host of this node. While another node writes its rows, this one stands by. Empty in a hub,
  /// which has many hosts and never stands by as a whole.
  std::string host{};
  metrics_aggregator_actor metrics;
  health_reporter_actor health;
  std::shared_ptr<spdlog::logger> log;
};

} // namespace volumeviz
