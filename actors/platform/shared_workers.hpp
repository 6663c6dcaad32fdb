#pragma once

#include "runtime/waiting_work.hpp"

#include <caf/all.hpp>
#include <caf/policy/unprofiled.hpp>
#include <caf/scheduler/coordinator.hpp>

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <utility>
#include <vector>

namespace volumeviz {

/// How actors get threads: all workers share one queue, as with CAF's policy "sharing", but few of
/// them wake.
///
/// CAF wakes a worker for each actor that gets work. Usually the sender is about to end, and its
/// own worker is free sooner than another one is awake. So the first actor that gets work from an
/// actor wakes no worker: the worker takes it when the sender has ended, or hands it over when the
/// sender blocks (about_to_block). An actor that computes for long delays what it has sent first by
/// that time, if all other workers sleep.
///
/// Every other actor wakes the worker that fell asleep last, whose caches are warm.
class shared_workers : public caf::policy::unprofiled {
public:
  struct worker_data;

  struct coordinator_data {
    explicit coordinator_data(caf::scheduler::abstract_coordinator*) {}

    /// Puts the job at the end, and wakes a worker.
    void push(caf::resumable* job);
    /// Puts the job at the end, for a worker that will soon take one.
    void push_quietly(caf::resumable* job);
    /// Waits for a job.
    caf::resumable* pop(worker_data& by);
    void wake_one();
    /// Null when there is none.
    caf::resumable* take_left();
    std::size_t asleep() const;

  private:
    void wake(worker_data* sleeper);
    /// With the lock; null: all are awake.
    worker_data* take_sleeper();

    mutable std::mutex lock_;
    std::deque<caf::resumable*> jobs_;
    std::vector<worker_data*> asleep_; ///< the last one fell asleep last
  };

  /// Of one worker, and used by its thread only, but for what wakes it.
  struct worker_data final : waiting_work {
    explicit worker_data(caf::scheduler::abstract_coordinator*) {}
    /// CAF makes each worker's data from the same empty one.
    worker_data(const worker_data&) : waiting_work() {}
    worker_data& operator=(const worker_data&) = delete;

    void hand_over() noexcept override;

    coordinator_data* queue = nullptr;
    /// A job was pushed that no other worker was woken for.
    bool owes = false;
    bool woken = false; ///< with the queue's lock
    std::condition_variable wake;
  };

  template <class Coordinator>
  void central_enqueue(Coordinator* self, caf::resumable* job) {
    d(self).push(job);
  }
  template <class Worker>
  void external_enqueue(Worker* self, caf::resumable* job) {
    d(self->parent()).push(job);
  }
  template <class Worker>
  void internal_enqueue(Worker* self, caf::resumable* job) {
    if (std::exchange(d(self).owes, true))
      d(self->parent()).push(job);
    else
      d(self->parent()).push_quietly(job);
  }
  template <class Worker>
  void resume_job_later(Worker* self, caf::resumable* job) {
    internal_enqueue(self, job);
  }
  template <class Worker>
  caf::resumable* dequeue(Worker* self) {
    auto& own = d(self);
    own.queue = &d(self->parent());
    own.owes = false;
    set_waiting_work(&own);
    return own.queue->pop(own);
  }
  template <class Worker, class UnaryFunction>
  void foreach_resumable(Worker*, UnaryFunction) {}
  template <class Coordinator, class UnaryFunction>
  void foreach_central_resumable(Coordinator* self, UnaryFunction f) {
    while (auto* job = d(self).take_left())
      f(job);
  }
};

/// Makes the actor system of these settings use `workers` shared_workers.
void use_shared_workers(caf::actor_system_config& settings, std::size_t workers);

} // namespace volumeviz
