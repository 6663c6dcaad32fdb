#pragma once

#include <chrono>
#include <csignal>
#include <optional>
#include <pthread.h>

namespace volumeviz::commands {

/// Waits for the signals of the process, in the thread that creates this. Create it first: threads
/// that are started later have the signals blocked.
class process_signals {
public:
  process_signals();
  /// The next signal, or nothing when `limit` has passed.
  std::optional<int> wait(std::chrono::milliseconds limit) const;
  /// Ends the wait, with SIGUSR1.
  void end_wait() const;

private:
  sigset_t set_{};
  pthread_t waiting_ = pthread_self();
};

} // namespace volumeviz::commands
