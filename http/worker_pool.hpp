#pragma once

#include "http/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace volumeviz::http {

/// Threads that answer requests, before them a queue with a limit in length and in time: who has
/// waited too long has given up already, and an answer would be late for everybody behind, too.
class worker_pool {
public:
  using handler = std::function<void(connection who, bool too_late)>;

  worker_pool(std::size_t threads, std::size_t queue, std::chrono::milliseconds patience,
              handler serve);
  ~worker_pool(); ///< stops

  /// Takes `who`; gives it back when the queue is full.
  std::optional<connection> submit(connection who);
  /// Returns when all that was taken is served.
  void stop();

private:
  void run();

  const std::size_t limit_;
  const std::chrono::milliseconds patience_;
  const handler serve_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<connection> queue_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

} // namespace volumeviz::http
