#include "http/worker_pool.hpp"

#include <system_error>
#include <utility>

namespace volumeviz::http {

worker_pool::worker_pool(std::size_t threads, std::size_t queue,
                         std::chrono::milliseconds max_queued, std::chrono::milliseconds idle_limit,
                         handler serve)
    : most_threads_{threads}, limit_{queue}, max_queued_{max_queued},
      idle_limit_{idle_limit}, serve_{std::move(serve)} {
  // The first starts now: a system that has no more threads is noticed at the start.
  std::lock_guard lock{mutex_};
  if (!start_thread())
    throw std::system_error{std::make_error_code(std::errc::resource_unavailable_try_again),
                            "no thread for answering requests"};
}

worker_pool::~worker_pool() {
  stop();
}

std::optional<connection> worker_pool::submit(connection peer) {
  thread_list retired;
  {
    std::lock_guard lock{mutex_};
    if (stopped_ || queue_.size() >= limit_)
      return peer;
    if (idle_ <= queue_.size() && threads_.size() < most_threads_ && !start_thread()
        && threads_.empty())
      return peer;
    queue_.push_back(std::move(peer));
    retired.swap(retired_);
  }
  changed_.notify_one();
  for (auto& x : retired)
    x.join();
  return {};
}

void worker_pool::stop() {
  {
    std::lock_guard lock{mutex_};
    stopped_ = true;
  }
  changed_.notify_all();
  std::unique_lock lock{mutex_};
  changed_.wait(lock, [this] { return threads_.empty(); });
  for (auto& x : std::exchange(retired_, {}))
    x.join();
}

/// The caller has the lock. False when the system has no more threads.
bool worker_pool::start_thread() {
  const auto self = threads_.emplace(threads_.end());
  try {
    *self = std::thread{[this, self] { run(self); }};
    return true;
  } catch (const std::system_error&) {
    threads_.erase(self);
    return false;
  }
}

void worker_pool::run(thread_list::iterator self) {
  std::unique_lock lock{mutex_};
  for (;;) {
    ++idle_;
    const bool more =
        changed_.wait_for(lock, idle_limit_, [this] { return stopped_ || !queue_.empty(); });
    --idle_;
    if (!more || queue_.empty())
      return retire(self);
    auto peer = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    const bool too_late = steady::now() - peer.queued_at > max_queued_;
    serve_(std::move(peer), too_late);
    lock.lock();
  }
}

/// On the thread itself, with the lock. Another thread joins it.
void worker_pool::retire(thread_list::iterator self) {
  retired_.splice(retired_.end(), threads_, self);
  changed_.notify_all();
}

} // namespace volumeviz::http
