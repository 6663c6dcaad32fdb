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
  ~process_signals();
  process_signals(const process_signals&) = delete;
  process_signals& operator=(const process_signals&) = delete;

  /// The next signal. Nothing when `limit` has passed, or when the descriptor `or_readable` (-1:
  /// none) is readable.
  std::optional<int> wait(std::chrono::milliseconds limit, int or_readable = -1) const;
  /// From any thread: ends the wait, with SIGUSR1.
  void end_wait() const;

private:
  sigset_t set_{};
  pthread_t waiting_ = pthread_self();
  int caught_ = -1; ///< a signalfd
};

} // namespace volumeviz::commands
