#include "actors/platform/shared_workers.hpp"

#include <utility>

namespace volumeviz {

void shared_workers::coordinator_data::push(caf::resumable* job) {
  worker_data* sleeper = nullptr;
  {
    const std::lock_guard guard{lock_};
    jobs_.push_back(job);
    sleeper = take_sleeper();
  }
  wake(sleeper);
}

void shared_workers::coordinator_data::push_quietly(caf::resumable* job) {
  const std::lock_guard guard{lock_};
  jobs_.push_back(job);
}

caf::resumable* shared_workers::coordinator_data::pop(worker_data& by) {
  std::unique_lock guard{lock_};
  while (jobs_.empty()) {
    by.woken = false;
    asleep_.push_back(&by);
    by.wake.wait(guard, [&] { return by.woken; });
  }
  auto* job = jobs_.front();
  jobs_.pop_front();
  return job;
}

void shared_workers::coordinator_data::wake_one() {
  worker_data* sleeper = nullptr;
  {
    const std::lock_guard guard{lock_};
    if (!jobs_.empty())
      sleeper = take_sleeper();
  }
  wake(sleeper);
}

caf::resumable* shared_workers::coordinator_data::take_left() {
  const std::lock_guard guard{lock_};
  if (jobs_.empty())
    return nullptr;
  auto* job = jobs_.front();
  jobs_.pop_front();
  return job;
}

std::size_t shared_workers::coordinator_data::asleep() const {
  const std::lock_guard guard{lock_};
  return asleep_.size();
}

shared_workers::worker_data* shared_workers::coordinator_data::take_sleeper() {
  if (asleep_.empty())
    return nullptr;
  auto* sleeper = asleep_.back();
  asleep_.pop_back();
  sleeper->woken = true;
  return sleeper;
}

/// Without the lock, or the woken worker would wait for it.
void shared_workers::coordinator_data::wake(worker_data* sleeper) {
  if (sleeper != nullptr)
    sleeper->wake.notify_one();
}

void shared_workers::worker_data::hand_over() noexcept {
  if (std::exchange(owes, false))
    queue->wake_one();
}

void use_shared_workers(caf::actor_system_config& settings, std::size_t workers) {
  settings.set("scheduler.max-threads", workers);
  settings.load<caf::scheduler::coordinator<shared_workers>>();
}

} // namespace volumeviz
