#include "runtime/deadlines.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <atomic>
#include <future>
#include <random>
#include <sys/resource.h>
#include <thread>
#include <utility>
#include <vector>

using namespace volumeviz;
using namespace std::chrono_literals;
using support::eventually;

namespace {

using keeper_clock = deadline_keeper::clock;

void nothing() {
}

/// How often the keeper's thread has gone to sleep so far.
long sleeps_of(deadline_keeper& keeper) {
  std::promise<long> sleeps;
  bool first = true;
  timed_action sample{keeper, 1h, [&] {
                        rusage used{};
                        ::getrusage(RUSAGE_THREAD, &used);
                        if (std::exchange(first, false))
                          sleeps.set_value(used.ru_nvcsw);
                      }};
  sample.start(keeper_clock::now());
  return sleeps.get_future().get();
}

} // namespace

TEST_CASE("an action runs at its deadline, and again until the call ends") {
  deadline_keeper keeper;
  std::atomic<int> runs = 0;
  std::atomic<bool> early = false;
  const auto deadline = keeper_clock::now() + 20ms;
  timed_action action{keeper, 1ms, [&] {
                        early = early || keeper_clock::now() < deadline;
                        ++runs;
                      }};
  action.start(deadline);
  CHECK(eventually([&] { return runs >= 3; }));
  action.stop();
  CHECK_FALSE(early);
  const int at_the_end = runs;
  sleeps_of(keeper);
  CHECK(runs == at_the_end);
}

TEST_CASE("an action does not run when its call ends in time") {
  deadline_keeper keeper;
  std::atomic<int> runs = 0;
  {
    timed_action action{keeper, 1ms, [&] { ++runs; }};
    action.start(keeper_clock::now() + 1h);
    sleeps_of(keeper);
  }
  sleeps_of(keeper);
  CHECK(runs == 0);
}

TEST_CASE("a deadline that is earlier than all others is kept") {
  deadline_keeper keeper;
  std::atomic<int> late_runs = 0;
  std::promise<void> ran;
  timed_action late{keeper, 1ms, [&] { ++late_runs; }};
  timed_action soon{keeper, 1h, [&] { ran.set_value(); }};
  late.start(keeper_clock::now() + 1h);
  soon.start(keeper_clock::now() + 20ms);
  CHECK(ran.get_future().wait_for(10s) == std::future_status::ready);
  CHECK(late_runs == 0);
}

TEST_CASE("the deadline of a call can be put off, and can be removed") {
  deadline_keeper keeper;
  std::atomic<int> runs = 0;
  timed_action action{keeper, 1ms, [&] { ++runs; }};
  for (const auto later : {keeper_clock::now() + 1h, deadline_keeper::never}) {
    action.start(keeper_clock::now() + 1h);
    action.start(later);
    sleeps_of(keeper);
    CHECK(runs == 0);
  }
}

TEST_CASE("a call without a deadline ends when it is expired, and one that has ended does not") {
  deadline_keeper keeper;
  std::atomic<int> runs = 0;
  timed_action action{keeper, 1ms, [&] { ++runs; }};
  action.expire();
  sleeps_of(keeper);
  CHECK(runs == 0);
  action.start(deadline_keeper::never);
  action.expire();
  CHECK(eventually([&] { return runs > 0; }));
  action.stop();
  const int at_the_end = runs;
  action.expire();
  sleeps_of(keeper);
  CHECK(runs == at_the_end);
}

TEST_CASE("calls that begin and end do not wake the keeper") {
  deadline_keeper keeper;
  timed_action first{keeper, 1h, nothing};
  first.start(keeper_clock::now() + 1h);
  const auto before = sleeps_of(keeper);
  for (int i = 0; i < 10'000; ++i) {
    timed_action each{keeper, 1h, nothing};
    each.start(keeper_clock::now() + 2h);
  }
  // One for the sample itself; the others are chance encounters at the lock.
  CHECK(sleeps_of(keeper) - before < 100);
}

namespace {

/// What went wrong with the calls of some threads.
struct faults {
  std::atomic<int> early = 0;
  std::atomic<int> missed = 0;
  std::atomic<int> after_the_end = 0;
};

/// One call that returns at once, hangs until its deadline, or is ended by another thread.
void one_call(deadline_keeper& keeper, std::mt19937& random, faults& wrong) {
  const auto way = random() % 4;
  const auto now = keeper_clock::now();
  const auto deadline = now + std::chrono::microseconds{random() % 600};
  const auto earliest = way == 2 ? now : deadline;
  std::promise<void> ran;
  bool has_run = false;
  bool ended = false; // without a lock, so that the thread sanitizer sees an action after stop()
  timed_action action{keeper, 1ms, [&] {
                        wrong.early += keeper_clock::now() < earliest;
                        wrong.after_the_end += ended;
                        if (!std::exchange(has_run, true))
                          ran.set_value();
                      }};
  action.start(way < 2 ? deadline : now + 1h);
  if (way == 2)
    std::thread{[&] { action.expire(); }}.join();
  if (way == 3)
    action.start(deadline);
  if (way > 0)
    wrong.missed += ran.get_future().wait_for(10s) != std::future_status::ready;
  action.stop();
  ended = true;
}

} // namespace

TEST_CASE("property: actions of many threads run, never early and never after their call") {
  CHECK(rc::check([](std::uint32_t seed) {
    deadline_keeper keeper;
    faults wrong;
    std::vector<std::jthread> threads;
    for (std::uint32_t i = 0; i < 4; ++i)
      threads.emplace_back([&, i] {
        std::mt19937 random{seed + i};
        for (int call = 0; call < 10; ++call)
          one_call(keeper, random, wrong);
      });
    threads.clear();
    RC_ASSERT(wrong.early == 0);
    RC_ASSERT(wrong.missed == 0);
    RC_ASSERT(wrong.after_the_end == 0);
  }));
}
