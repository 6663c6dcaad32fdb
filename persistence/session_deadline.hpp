#pragma once

#include "persistence/session.hpp"
#include "runtime/deadlines.hpp"

#include <chrono>

namespace volumeviz::persistence {

/// From a deadline on, interrupts what a session does, until this object ends. This is the only
/// bound that also holds when the server is stopped or the network drops everything. Must end
/// before the session and before the keeper.
class session_deadline {
public:
  using clock = deadline_keeper::clock;

  session_deadline(deadline_keeper& keeper, session& on, clock::time_point deadline)
      : overdue_{keeper, pause, [&on] { on.interrupt(); }} {
    overdue_.start(deadline);
  }

private:
  // One interrupt is not enough: between two statements SQLite ignores it.
  static constexpr std::chrono::milliseconds pause{50};

  timed_action overdue_;
};

} // namespace volumeviz::persistence
