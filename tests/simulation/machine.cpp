#include "tests/simulation/machine.hpp"

#include "actors/actors.hpp"
#include "actors/fleet/hub_link.hpp"
#include "actors/platform/instrumented.hpp"

#include <caf/scoped_execution_unit.hpp>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace volumeviz::simulation {

namespace {

// Far more than a schedule needs: two actors that keep each other busy are a defect.
constexpr std::size_t endless = 1'000'000;

template <class Interface>
actor_slot* as(caf::resumable* who) {
  auto* actor = dynamic_cast<instrumented<typename Interface::base>*>(who);
  return actor != nullptr ? &actor->slot() : nullptr;
}

template <class... Interfaces>
actor_slot* as_any(caf::resumable* who) {
  actor_slot* found = nullptr;
  static_cast<void>(((found = as<Interfaces>(who)) || ...));
  return found;
}

} // namespace

machine::config::config() {
  add_message_types<caf::id_block::volumeviz>();
  set("scheduler.policy", caf::atom("testing"));
  set("logger.verbosity", caf::atom("quiet"));
}

machine::machine()
    : system_(config_),
      scheduler_(dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler())) {
  begin(0);
}

machine::~machine() {
  end();
}

void machine::begin(std::uint64_t seed) {
  std::seed_seq mixed{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  random_.seed(mixed);
  clock().current_time = start;
  turns_ = 0;
}

void machine::end() {
  judge = nullptr;
  others = nullptr;
  agenda_.clear();
  for (const auto& actor : kept_)
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  kept_.clear();
  for (std::size_t i = 0; i < endless && step(); ++i) {
  }
  clock().cancel_all();
  for (std::size_t i = 0; i < endless && step(); ++i) {
  }
  slots_.clear();
  if (system_.registry().running() != 0)
    throw std::logic_error(std::to_string(system_.registry().running())
                           + " actors outlive their schedule");
}

void machine::run() {
  for (std::size_t i = 0; i < endless; ++i)
    if (!step() && clock().advance_time(caf::timespan{0}) == 0 && !do_what_is_due())
      return;
  throw std::logic_error("the actors keep each other busy without end");
}

bool machine::do_what_is_due() {
  if (agenda_.empty() || agenda_.begin()->first > now())
    return false;
  auto due = agenda_.extract(agenda_.begin());
  due.mapped()();
  return true;
}

void machine::advance(nanoseconds span) {
  const auto end = now() + span;
  const auto& timers = clock().schedule();
  run();
  for (;;) {
    auto next = end;
    if (!timers.empty())
      next = std::min<nanoseconds>(next, timers.begin()->first - start);
    if (!agenda_.empty())
      next = std::min(next, agenda_.begin()->first);
    if (next > now())
      elapse(next - now());
    run();
    if (now() >= end)
      return;
  }
}

bool machine::step() {
  auto& jobs = scheduler_.jobs;
  auto ready = jobs.size();
  if (judge && ready > 0) {
    // The verdict is asked for once per turn: it counts.
    while (ready > 0) {
      const auto pick = random(ready + (others ? others() : 0));
      if (pick >= ready) {
        happen(pick - ready);
        return true;
      }
      std::swap(jobs[pick], jobs[ready - 1]);
      if (take_turn(ready - 1))
        return true;
      --ready;
    }
  }
  const auto more = others ? others() : 0;
  if (ready + more == 0)
    return false;
  const auto pick = random(ready + more);
  if (pick >= ready) {
    happen(pick - ready);
    return true;
  }
  std::swap(jobs.front(), jobs[pick]);
  ++turns_;
  scheduler_.run_once();
  return true;
}

bool machine::take_turn(std::size_t i) {
  auto& jobs = scheduler_.jobs;
  auto* slot = slot_of(jobs[i]);
  const auto verdict = slot != nullptr ? judge(*slot) : turn::goes_on;
  if (verdict == turn::waits)
    return false;
  std::swap(jobs.front(), jobs[i]);
  ++turns_;
  if (verdict == turn::goes_on) {
    scheduler_.run_once();
    return true;
  }
  auto* whom = jobs.front();
  jobs.pop_front();
  kill(whom);
  return true;
}

void machine::kill(job whom) {
  // As when the handler of the message that it was about to take had thrown.
  caf::scoped_execution_unit unit{&system_};
  auto& actor = dynamic_cast<caf::scheduled_actor&>(*whom);
  actor.context(&unit);
  actor.quit(caf::make_error(caf::sec::runtime_error, std::string{"killed by the simulation"}));
  actor.finalize();
  caf::intrusive_ptr_release(whom);
}

actor_slot* machine::slot_of(job who) {
  auto* actor = dynamic_cast<caf::scheduled_actor*>(who);
  if (actor == nullptr)
    return nullptr;
  auto [i, is_new] = slots_.try_emplace(actor->id(), nullptr);
  if (is_new)
    i->second =
        as_any<node_actor, stream_supervisor_actor, stream_reader_actor, resource_handler_actor,
               docker_inspector_actor, inventory_store_actor, reconciler_actor,
               metrics_aggregator_actor, health_reporter_actor, hub_link_actor, hub_gate_actor,
               hub_session_actor, fleet_roster_actor, host_census_actor>(who);
  return i->second;
}

} // namespace volumeviz::simulation
