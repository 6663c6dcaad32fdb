#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/platform/slot.hpp"
#include "sync/work_plan.hpp"

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>

namespace volumeviz {

/// What a resource handler needs.
struct handler_parts {
  resource_kind kind = resource_kind::volume;
  std::string host;
  /// The handler's own: completed events are counted there, and an overflow is acknowledged there.
  slot_ptr slot;
  docker_inspector_actor inspector;
  inventory_store_actor store;
  reconciler_actor reconciler;
  metrics_aggregator_actor metrics;
  health_reporter_actor health;
  /// The handler of the other kind, which mounts tie to this one. May be null.
  resource_handler_actor other;
  std::shared_ptr<spdlog::logger> log;
  wall_clock now = system_now;
  sync::work_limits limits{};
  std::uint64_t seed = 0;
  /// The handler was restarted after a crash. The messages in its mailbox are lost, so it lists its
  /// kind.
  bool restarted = false;
};

/// For log and errors.
inline const char* plural(resource_kind kind) noexcept {
  return kind == resource_kind::volume ? "volumes" : "containers";
}

} // namespace volumeviz
