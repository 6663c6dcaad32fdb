#pragma once

#include "actors/platform/slot.hpp"

#include <caf/all.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace volumeviz {

/// The actor that a lasting address leads to now; null while it is restarted. Thread-safe.
class route {
public:
  explicit route(slot_ptr slot) : slot_(std::move(slot)) {}

  void lead_to(caf::strong_actor_ptr target);
  caf::strong_actor_ptr target() const;
  actor_slot& slot() const noexcept { return *slot_; }

private:
  slot_ptr slot_;
  mutable std::mutex mutex_;
  caf::strong_actor_ptr target_;
};

/// The lasting address of an actor that may be restarted. It forwards in the sender's thread and
/// has no mailbox. While the actor is restarted, requests are answered with an error and events
/// count as dropped; the new actor lists its kind anyway.
caf::actor make_relay(caf::actor_system& system, std::shared_ptr<route> to);

} // namespace volumeviz
