#include "runtime/waiting_work.hpp"
#include "tests/actors/threaded_system.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <functional>
#include <future>
#include <random>
#include <thread>
#include <vector>

using namespace volumeviz;
using namespace std::chrono_literals;
using support::eventually;

namespace {

const auto bound = 10s;

/// An actor that runs a function for each number that it gets.
caf::actor spawn_doing(caf::actor_system& system,
                       std::function<void(caf::event_based_actor*, int)> act) {
  return system.spawn([act](caf::event_based_actor* self) -> caf::behavior {
    return {[self, act](int x) { act(self, x); }};
  });
}

/// What the policy sees of CAF's scheduler and of one of its workers.
class workshop {
public:
  shared_workers::coordinator_data& data() { return queue_; }

private:
  shared_workers::coordinator_data queue_{nullptr};
};
class hand {
public:
  explicit hand(workshop& of) : of_(&of) {}
  shared_workers::worker_data& data() { return own_; }
  workshop* parent() { return of_; }

private:
  workshop* of_;
  shared_workers::worker_data own_{nullptr};
};

class job final : public caf::resumable {
public:
  resume_result resume(caf::execution_unit*, std::size_t) override { return done; }
  void intrusive_ptr_add_ref_impl() override {}
  void intrusive_ptr_release_impl() override {}
};

class running_system {
public:
  ~running_system() {
    for (const auto& x : actors_)
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  }
  caf::actor doing(std::function<void(caf::event_based_actor*, int)> act) {
    return actors_.emplace_back(spawn_doing(system_, std::move(act)));
  }

private:
  testing::threaded_config config_;
  caf::actor_system system_{config_};
  std::vector<caf::actor> actors_;
};

} // namespace

TEST_CASE("an actor that gives work to one other wakes no worker, and one that blocks does") {
  workshop shop;
  hand busy{shop}, sleeping{shop};
  shared_workers policy;
  std::array<job, 3> jobs;
  caf::resumable* taken = nullptr;
  for (int round = 0; round < 3; ++round) {
    policy.central_enqueue(&shop, &jobs[0]);
    REQUIRE(policy.dequeue(&busy) == &jobs[0]);
    std::jthread other{[&] { taken = policy.dequeue(&sleeping); }};
    REQUIRE(eventually([&] { return shop.data().asleep() == 1; }, bound));
    policy.internal_enqueue(&busy, &jobs[1]);
    CHECK(shop.data().asleep() == 1);
    if (round == 0)
      about_to_block();
    else
      policy.internal_enqueue(&busy, &jobs[2]);
    other.join();
    CHECK(taken == &jobs[1]);
    if (round > 0)
      CHECK(policy.dequeue(&busy) == &jobs[2]);
  }
  set_waiting_work(nullptr);
}

TEST_CASE("what waits for a worker is handled by another one when the first blocks") {
  running_system on;
  std::promise<void> answered;
  std::atomic<bool> ended{false};
  const auto second = on.doing([&](auto*, int) { answered.set_value(); });
  const auto first = on.doing([&](auto* self, int x) {
    self->send(second, x);
    about_to_block();
    ended = answered.get_future().wait_for(bound) == std::future_status::ready;
  });
  caf::anon_send(first, 1);
  CHECK(eventually([&] { return ended.load(); }, 2 * bound));
}

TEST_CASE("the second actor that gets work is handled while the sender still runs") {
  running_system on;
  std::promise<void> answered;
  std::atomic<bool> ended{false};
  const auto other = on.doing([](auto*, int) {});
  const auto second = on.doing([&](auto*, int) { answered.set_value(); });
  const auto first = on.doing([&](auto* self, int x) {
    self->send(other, x);
    self->send(second, x);
    ended = answered.get_future().wait_for(bound) == std::future_status::ready;
  });
  caf::anon_send(first, 1);
  CHECK(eventually([&] { return ended.load(); }, 2 * bound));
}

TEST_CASE("every message is handled, whichever actor sends, computes or blocks at the same time") {
  constexpr int actors = 12, messages = 400, hops = 20;
  running_system on;
  std::atomic<int> ended{0};
  std::vector<caf::actor> all;
  std::atomic<bool> complete{false};
  for (int i = 0; i < actors; ++i)
    all.push_back(on.doing(
        [&, random = std::minstd_rand(static_cast<unsigned>(i + 1))](auto* self, int left) mutable {
          if (!complete)
            return;
          if (random() % 16 == 0) {
            about_to_block();
            std::this_thread::yield();
          }
          if (left == 0)
            ++ended;
          else
            self->send(all[random() % actors], left - 1);
        }));
  complete = true;
  for (int i = 0; i < messages; ++i)
    caf::anon_send(all[static_cast<std::size_t>(i) % actors], hops);
  CHECK(eventually([&] { return ended == messages; }, bound));
}
