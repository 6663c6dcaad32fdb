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

/// Threads that answer requests, behind a queue that is bounded in length and in time. A client
/// whose request waited too long has given up by now, and its answer would delay all others.
class worker_pool {
public:
  using handler = std::function<void(connection peer, bool too_late)>;

  worker_pool(std::size_t threads, std::size_t queue, std::chrono::milliseconds max_queued,
              handler serve);
  ~worker_pool(); ///< stops

  /// Queues `peer`; returns it when the queue is full.
  std::optional<connection> submit(connection peer);
  /// Returns when all queued connections are served.
  void stop();

private:
  void run();

  const std::size_t limit_;
  const std::chrono::milliseconds max_queued_;
  const handler serve_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<connection> queue_;
  bool stopped_ = false;
  std::vector<std::thread> threads_;
};

} // namespace volumeviz::http
