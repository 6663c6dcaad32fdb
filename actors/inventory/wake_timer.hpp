#pragma once

#include "actors/actors.hpp"

#include <chrono>
#include <cstdint>

namespace volumeviz {

/// The one timer of a handler: sends `atom::work_due` at the earliest time that was asked for. CAF
/// can't cancel a delayed message, so each has a number, and only the newest counts.
class wake_timer {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit wake_timer(resource_handler_actor::pointer self) : self_(self) {}

  /// Wakes the handler at `due`, unless it is to be woken earlier anyway.
  void arm(time_point due) {
    if (due_ <= due)
      return;
    due_ = due;
    self_->delayed_send<caf::message_priority::high>(self_, due - self_->clock().now(),
                                                     atom::work_due_v, ++number_);
  }
  /// A message has come. False when an earlier time was asked for after it was sent.
  bool fired(std::uint64_t number) {
    if (number != number_)
      return false;
    due_ = time_point::max();
    return true;
  }

private:
  resource_handler_actor::pointer self_;
  time_point due_ = time_point::max();
  std::uint64_t number_ = 0;
};

} // namespace volumeviz
