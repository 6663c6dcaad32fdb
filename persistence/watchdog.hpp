#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace volumeviz::persistence {

/// Ends what takes too long, from a thread of its own: the only bound that also holds when the
/// server is stopped or the network swallows everything. Guards one thing at a time.
class watchdog {
public:
  using clock = std::chrono::steady_clock;

  watchdog();
  ~watchdog();
  watchdog(const watchdog&) = delete;
  watchdog& operator=(const watchdog&) = delete;

  /// From the deadline on calls `bite` every 50 ms, until it is gone. When the destructor has
  /// returned, `bite` does not run and will not, so what it refers to may end.
  class guard {
  public:
    guard(watchdog& dog, clock::time_point deadline, std::function<void()> bite);
    ~guard();
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

  private:
    watchdog& dog_;
  };

private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> bite_; ///< empty: nothing to guard
  clock::time_point next_;
  clock::time_point wake_ = clock::time_point::max(); ///< until when the thread sleeps
  bool stopping_ = false;
  std::thread thread_;
};

} // namespace volumeviz::persistence
