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

/// What happens to an actor whose turn it is.
enum class turn { goes_on, waits, dies };

/// One thread that runs everything: actors, timers, and whatever else happens in the world. In
/// which order, only the seed decides; time moves only when nobody has anything left to do. One
/// actor system serves many schedules, one after the other; nothing of a schedule reaches the next.
class machine {
public:
  machine();
  ~machine();
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  caf::actor_system& caf() { return system_; }

  /// A new schedule: time begins anew.
  void begin(std::uint64_t seed);
  /// Whoever lives is ended. Throws std::logic_error when somebody can't be.
  void end();
  /// Is ended with the schedule.
  void keep(caf::strong_actor_ptr actor) { kept_.push_back(std::move(actor)); }

  nanoseconds now() const { return clock().now() - start; }
  std::uint64_t random(std::uint64_t choices) { return random_() % choices; }
  bool one_in(std::uint64_t n) { return random(n) == 0; }

  /// Happens at that moment, or as soon as the time is past it.
  void at(nanoseconds when, std::function<void()> what) { agenda_.emplace(when, std::move(what)); }

  /// Until nobody has anything to do now.
  void run();
  /// Lets time pass: everything happens at its moment, and what follows before the next.
  void advance(nanoseconds span);
  /// Time passes while somebody is busy; what is due meanwhile has to wait.
  void elapse(nanoseconds span) { clock().current_time += span; }

  /// What may happen beside the actors: how many things, and the one of this number.
  std::function<std::size_t()> others;
  std::function<void(std::size_t)> happen;
  /// Asked before each turn of an actor that has a place in the tree; null: all go on.
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
  std::unordered_map<caf::actor_id, actor_slot*> slots_; ///< looked up, never walked
  std::uint64_t turns_ = 0;
};

} // namespace volumeviz::simulation
