#pragma once

#include "actors/platform/slot.hpp"
#include "messages/resources.hpp"

#include <caf/all.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <random>
#include <unordered_map>
#include <vector>

namespace volumeviz::simulation {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// What an actor does in its turn.
enum class turn { goes_on, waits, dies };

/// One thread that runs everything: actors, timers, and all events of a schedule. Only the seed
/// decides the order. Time moves only when nothing is left to do now. One actor system runs many
/// schedules, one after the other; no state of a schedule reaches the next.
class machine {
public:
  machine();
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  caf::actor_system& caf() { return system_; }

  /// Begins a new schedule: time starts again.
  void begin(std::uint64_t seed);
  /// Ends all actors. Throws std::logic_error when an actor can't be ended.
  void end();
  /// Keeps the actor alive until the end of the schedule.
  void keep(caf::strong_actor_ptr actor) { kept_.push_back(std::move(actor)); }

  nanoseconds now() const { return clock().now() - start; }
  std::uint64_t random(std::uint64_t choices) { return random_() % choices; }
  bool one_in(std::uint64_t n) { return random(n) == 0; }

  /// Calls `what` at that moment, or as soon as the time is past it.
  void at(nanoseconds when, std::function<void()> what) { agenda_.emplace(when, std::move(what)); }

  /// Runs until nothing is left to do now.
  void run();
  /// Moves the time: everything happens at its moment, together with all that follows from it.
  void advance(nanoseconds span);
  /// Moves the time while an actor is busy; what is due meanwhile has to wait.
  void elapse(nanoseconds span) { clock().current_time += span; }

  /// Things besides actors that can happen now: their number, and the function that does one.
  std::function<std::size_t()> others;
  std::function<void(std::size_t)> happen;
  /// Decides each turn of an actor that has a slot in the tree; null: all actors run.
  std::function<turn(actor_slot&)> judge;

  std::uint64_t turns() const noexcept { return turns_; }

private:
  using job = caf::resumable*;
  static constexpr std::chrono::steady_clock::time_point start{std::chrono::hours{1}};

  struct config : caf::actor_system_config {
    config();
  };

  caf::detail::test_actor_clock& clock() const { return scheduler_.clock(); }
  bool step();
  bool take_turn(std::size_t ready);
  void kill(job whom);
  actor_slot* slot_of(job who);
  bool do_what_is_due();

  config config_;
  caf::actor_system system_;
  caf::scheduler::test_coordinator& scheduler_;
  std::minstd_rand random_;
  std::multimap<nanoseconds, std::function<void()>> agenda_;
  std::vector<caf::strong_actor_ptr> kept_;
  /// Only looked up, never iterated: its order is not deterministic.
  std::unordered_map<caf::actor_id, actor_slot*> slots_;
  std::uint64_t turns_ = 0;
};

} // namespace volumeviz::simulation
