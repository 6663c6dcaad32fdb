#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace volumeviz {

class timed_action;

/// Watches the deadlines of all blocking calls of the process, on one thread.
///
/// A call begins and ends without waking this thread: it sleeps until the earliest deadline that it
/// knows, even when that call has long returned, and then checks which calls still run. A call
/// wakes it only with a deadline that is earlier than that. The thread starts with the first call.
/// Must outlive its timed_actions.
class deadline_keeper {
public:
  using clock = std::chrono::steady_clock;
  using time_point = clock::time_point;
  /// The deadline of a call that has none.
  static constexpr time_point never = time_point::max();

  deadline_keeper() = default;
  ~deadline_keeper();
  deadline_keeper(const deadline_keeper&) = delete;
  deadline_keeper& operator=(const deadline_keeper&) = delete;

private:
  friend class timed_action;

  void run();
  /// Runs the actions that are due; returns the earliest deadline of the others.
  time_point run_due();
  /// With the lock: makes the thread wake by `deadline`, if it would sleep longer.
  void wake_by(time_point deadline) noexcept;

  std::mutex mutex_; ///< held while an action runs
  std::condition_variable changed_;
  std::vector<timed_action*> started_; ///< one for each call that runs now
  time_point sleeps_until_ = never;
  bool ending_ = false;
  std::thread thread_;
};

/// Interrupts one call at a time: runs an action at the call's deadline, and again after each pause
/// until the call ends, since the first interrupt may come before there is anything to interrupt.
///
/// The action runs on the keeper's thread, never early. It must not block, throw or use the keeper.
class timed_action {
public:
  timed_action(deadline_keeper& keeper, std::chrono::milliseconds pause,
               std::function<void()> action);
  ~timed_action();
  timed_action(const timed_action&) = delete;
  timed_action& operator=(const timed_action&) = delete;

  /// A call begins, or the one that runs gets another deadline.
  void start(deadline_keeper::time_point deadline);
  /// From any thread: the deadline of the call that runs is now. Does nothing when none runs.
  void expire() noexcept;
  /// The call has ended. When this has returned, the action does not run and will not.
  void stop() noexcept;

private:
  friend class deadline_keeper;

  bool started() const noexcept;

  deadline_keeper& keeper_;
  const std::chrono::milliseconds pause_;
  const std::function<void()> action_;
  deadline_keeper::time_point deadline_ = deadline_keeper::never; ///< under the keeper's lock
};

} // namespace volumeviz
