#include "tests/support/deterministic_system.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

namespace volumeviz::support {

namespace {

constexpr timestamp some_day = 1'714'564'800'000'000'000; // 2024-05-01 12:00:00 UTC

// Far more than any test needs, little enough to be over soon: two actors that keep each other busy
// are a defect.
constexpr std::size_t endless = 2'000'000;

std::uint64_t draw_seed() {
  const auto* given = std::getenv("TEST_SEED");
  const auto seed = given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  std::printf("seed %llu (TEST_SEED=%llu plays the same again)\n",
              static_cast<unsigned long long>(seed), static_cast<unsigned long long>(seed));
  return seed;
}

} // namespace

std::uint64_t test_seed() {
  static const auto seed = draw_seed();
  return seed;
}

caf::actor_system::module* stepped_coordinator::make(caf::actor_system& system,
                                                     caf::detail::type_list<>) {
  return new stepped_coordinator(system); // the actor system owns its modules
}

void stepped_coordinator::collect(std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  if (wait.count() > 0)
    handed_in_.wait_for(lock, wait, [this] { return !inbox_.empty(); });
  jobs.insert(jobs.end(), inbox_.begin(), inbox_.end());
  inbox_.clear();
}

void stepped_coordinator::enqueue(caf::resumable* job) {
  std::lock_guard lock(mutex_);
  inbox_.push_back(job);
  handed_in_.notify_one();
}

void stepped_coordinator::stop() {
  // The original's loop fires timers for ever while an actor sets a new one each time. The
  // actors that lived were ended before.
  for (collect({}); !jobs.empty(); collect({}))
    run_once();
}

deterministic_system::config::config() {
  load<stepped_coordinator>();
  add_message_types<caf::id_block::volumeviz>();
  set("logger.verbosity", caf::atom("quiet"));
}

deterministic_system::deterministic_system(std::uint64_t seed)
    : system_(config_), scheduler_(dynamic_cast<stepped_coordinator&>(system_.scheduler())),
      now_(some_day), random_(seed) {
  scheduler_.clock().current_time += std::chrono::hours{1}; // a host that has not just started
}

deterministic_system::~deterministic_system() {
  end_all();
}

void deterministic_system::end_all() {
  held_ = nullptr;
  for (const auto& actor : kept_)
    caf::anon_send_exit(actor, caf::exit_reason::kill);
  kept_.clear();
  // An actor with a pending timer lives on and would keep the system from ending. Children are
  // ended by their parents; a thread that an object owns has to be waited for.
  if (!run_until([this] { return system_.registry().running() == 0; })) {
    std::fprintf(stderr, "%zu actors outlive the test and can't be ended\n",
                 system_.registry().running());
    std::abort();
  }
}

std::size_t deterministic_system::run() {
  for (std::size_t steps = 0; steps < endless; ++steps) {
    scheduler_.collect({});
    while (!choose_next())
      if (scheduler_.clock().advance_time(caf::timespan{0}) == 0)
        return steps;
      else
        scheduler_.collect({});
    scheduler_.run_once();
  }
  throw std::runtime_error("the actors keep each other busy without end");
}

bool deterministic_system::choose_next() {
  auto& jobs = scheduler_.jobs;
  const auto may_run = [this](caf::resumable* job) {
    auto* actor = held_ ? dynamic_cast<caf::scheduled_actor*>(job) : nullptr;
    return actor == nullptr || !held_(*actor);
  };
  const auto ready = std::partition(jobs.begin(), jobs.end(), may_run) - jobs.begin();
  if (ready == 0)
    return false;
  std::swap(jobs.front(), jobs[random_() % static_cast<std::size_t>(ready)]);
  return true;
}

void deterministic_system::advance(std::chrono::nanoseconds span) {
  const auto& clock = scheduler_.clock();
  const auto& timers = clock.schedule();
  const auto end = clock.now() + span;
  run();
  while (!timers.empty() && timers.begin()->first <= end) {
    elapse(timers.begin()->first - clock.now());
    run();
  }
  elapse(end - clock.now());
  run();
}

void deterministic_system::elapse(std::chrono::nanoseconds span) {
  // Timers wait for the next run().
  scheduler_.clock().current_time += span;
  now_ += span.count();
}

bool deterministic_system::run_until(const std::function<bool()>& condition,
                                     std::chrono::milliseconds bound) {
  const auto end = std::chrono::steady_clock::now() + bound;
  for (;;) {
    run();
    if (condition())
      return true;
    if (std::chrono::steady_clock::now() >= end)
      return false;
    scheduler_.collect(std::chrono::milliseconds{2});
  }
}

} // namespace volumeviz::support
