#pragma once

#include "actors/actor_context.hpp"
#include "actors/platform/slot.hpp"
#include "sync/work_plan.hpp"

namespace volumeviz {

struct handler_parts {
  resource_kind kind = resource_kind::volume;
  /// The handler's own: completed events are counted there, and an overflow is acknowledged there.
  slot_ptr slot;
  docker_inspector_actor inspector;
  sync::work_limits limits{};

  /// The handler was restarted after a crash. The messages in its mailbox are lost, so it lists its
  /// kind.
  bool restarted() const { return slot->restarts > 0; }
};

} // namespace volumeviz
