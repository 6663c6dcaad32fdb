#include "http/worker_pool.hpp"

#include <utility>

namespace volumeviz::http {

worker_pool::worker_pool(std::size_t threads, std::size_t queue,
                         std::chrono::milliseconds max_queued, handler serve)
    : limit_{queue}, max_queued_{max_queued}, serve_{std::move(serve)} {
  try {
    while (threads_.size() < threads)
      threads_.emplace_back([this] { run(); });
  } catch (...) { // the system has no more threads
    stop();
    throw;
  }
}

worker_pool::~worker_pool() {
  stop();
}

std::optional<connection> worker_pool::submit(connection peer) {
  {
    std::lock_guard lock{mutex_};
    if (stopped_ || queue_.size() >= limit_)
      return peer;
    queue_.push_back(std::move(peer));
  }
  changed_.notify_one();
  return {};
}

void worker_pool::stop() {
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  changed_.notify_all();
  for (auto& x : threads_)
    if (x.joinable())
      x.join();
}

void worker_pool::run() {
  for (;;) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return stopped_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    auto peer = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const bool too_late = steady::now() - peer.queued_at > max_queued_;
    serve_(std::move(peer), too_late);
  }
}

} // namespace volumeviz::http
