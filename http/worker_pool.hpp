#pragma once

#include "http/connection.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <thread>

namespace volumeviz::http {

/// Threads that answer requests, behind a queue that is bounded in length and in time. A client
/// whose request waited too long has given up by now, and its answer would delay all others.
///
/// Threads start when requests wait for one, and end after `idle_limit` without a request: a node
/// with one request every 15 s has one thread; a node without requests has none.
class worker_pool {
public:
  using handler = std::function<void(connection peer, bool too_late)>;

  /// `threads`: at most.
  worker_pool(std::size_t threads, std::size_t queue, std::chrono::milliseconds max_queued,
              std::chrono::milliseconds idle_limit, handler serve);
  ~worker_pool(); ///< stops

  /// Queues `peer`; returns it when the queue is full.
  std::optional<connection> submit(connection peer);
  /// Returns when all queued connections are served.
  void stop();

private:
  using thread_list = std::list<std::thread>;

  bool start_thread();
  void run(thread_list::iterator self);
  void retire(thread_list::iterator self);

  const std::size_t most_threads_;
  const std::size_t limit_;
  const std::chrono::milliseconds max_queued_;
  const std::chrono::milliseconds idle_limit_;
  const handler serve_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<connection> queue_;
  bool stopped_ = false;
  std::size_t idle_ = 0; ///< threads that wait
  thread_list threads_;
  thread_list retired_; ///< have ended, or are about to
};

} // namespace volumeviz::http
