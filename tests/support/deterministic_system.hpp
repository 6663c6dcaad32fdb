#pragma once

#include "messages/resources.hpp"
#include "messages/type_ids.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace volumeviz::support {

/// The seed of all that is random in this process: drawn once and printed, or taken from the
/// environment variable TEST_SEED, which plays the same again.
std::uint64_t test_seed();

/// CAF's scheduler for tests: actors run only when told to. Unlike the original it may be given
/// work from any thread, since a stream's reading thread sends messages, too.
class stepped_coordinator final : public caf::scheduler::test_coordinator {
public:
  using caf::scheduler::test_coordinator::test_coordinator;

  /// For actor_system_config::load().
  static caf::actor_system::module* make(caf::actor_system& system, caf::detail::type_list<>);

  /// Moves what other threads have handed in to `jobs`; waits for something at most as long.
  void collect(std::chrono::milliseconds wait);

protected:
  void enqueue(caf::resumable* job) override;
  void stop() override;

private:
  std::mutex mutex_;
  std::condition_variable handed_in_;
  std::deque<caf::resumable*> inbox_;
};

/// What has become of a question.
template <class T>
struct answer {
  std::optional<T> value;
  caf::error why;
  bool pending() const { return !value && !why; }
};

/// An actor system that runs only when told to, on clocks that move only when told, in an order
/// that the seed decides: every test is one of the many ways in which the messages might have been
/// handled. Nothing here waits for real time but run_until(), for threads that an actor owns.
class deterministic_system {
public:
  explicit deterministic_system(std::uint64_t seed = test_seed());
  /// Ends whatever was spawned, and what those have spawned.
  ~deterministic_system();
  deterministic_system(const deterministic_system&) = delete;
  deterministic_system& operator=(const deterministic_system&) = delete;

  caf::actor_system& caf() { return system_; }

  /// Spawns an actor of this class. It is ended at the latest together with the system.
  template <class Actor, class... Arguments>
  auto spawn(Arguments&&... arguments) {
    auto handle = system_.spawn<Actor>(std::forward<Arguments>(arguments)...);
    keep(caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  }
  /// The same for an actor that is a function.
  template <class Function, class... Arguments>
  auto spawn_function(Function function, Arguments&&... arguments) {
    auto handle = system_.spawn(std::move(function), std::forward<Arguments>(arguments)...);
    keep(caf::actor_cast<caf::strong_actor_ptr>(handle));
    return handle;
  }
  /// Ends this one with the system, too.
  void keep(caf::strong_actor_ptr actor) { kept_.push_back(std::move(actor)); }

  template <class Handle, class... Words>
  void send(const Handle& whom, Words&&... words) {
    caf::anon_send(whom, std::forward<Words>(words)...);
  }
  /// Asks and runs; the answer may come later.
  template <class T, class Handle, class... Words>
  std::shared_ptr<answer<T>> ask(const Handle& whom, Words... words) {
    auto result = std::make_shared<answer<T>>();
    spawn_function([=](caf::event_based_actor* self) {
      self->request(whom, caf::infinite, words...)
          .then([result](T& x) { result->value = std::move(x); },
                [result](caf::error& why) { result->why = std::move(why); });
    });
    run();
    return result;
  }

  /// Actors for which this is true are not run, as if they hung; null: all are run.
  void hold(std::function<bool(caf::scheduled_actor&)> whom) { held_ = std::move(whom); }

  /// Delivers messages until no mailbox has any, timers that are due now included. How many steps
  /// that took; throws std::runtime_error when there is no end to it.
  std::size_t run();
  /// Lets time pass: every timer fires at its moment, and whatever follows is run before the next.
  void advance(std::chrono::nanoseconds span);
  /// Moves the clocks and runs nothing: for a call that takes so long.
  void elapse(std::chrono::nanoseconds span);
  /// Runs, without moving the clocks, until `condition` is true; false when it is not within
  /// `bound` of real time. For what another thread is about to hand in.
  bool run_until(const std::function<bool()>& condition,
                 std::chrono::milliseconds bound = std::chrono::seconds{10});

  /// UTC as the actors see it. From any thread.
  timestamp now() const { return now_.load(); }
  std::function<timestamp()> wall_clock() const {
    return [this] { return now(); };
  }
  /// A number that depends on nothing but the seed.
  std::uint64_t random() { return random_(); }

private:
  struct config : caf::actor_system_config {
    config();
  };

  void end_all();
  bool choose_next();

  config config_;
  caf::actor_system system_;
  stepped_coordinator& scheduler_;
  std::atomic<timestamp> now_;
  std::mt19937_64 random_;
  std::vector<caf::strong_actor_ptr> kept_;
  std::function<bool(caf::scheduled_actor&)> held_;
};

} // namespace volumeviz::support
