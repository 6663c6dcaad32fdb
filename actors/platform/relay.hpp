#pragma once

#include "actors/platform/slot.hpp"

#include <caf/all.hpp>

#include <memory>
#include <mutex>
#include <utility>

namespace volumeviz {

/// Where a lasting address leads at the moment. Thread-safe.
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

/// The lasting address of an actor that may be restarted: forwards in the sender's thread, without
/// a mailbox of its own. While there is nobody behind it requests are answered with an error, and
/// events count as dropped (whoever comes back lists its kind anyway).
caf::actor make_relay(caf::actor_system& system, std::shared_ptr<route> to);

} // namespace volumeviz
