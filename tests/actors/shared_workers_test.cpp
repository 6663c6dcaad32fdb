#include "runtime/waiting_work.hpp"
#include "tests/actors/threaded_system.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <atomic>
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

TEST_CASE("what an actor sends last is handled on the same thread, without waking another") {
  running_system on;
  std::atomic<int> same{0}, handled{0};
  std::thread::id sender;
  const auto second = on.doing([&](auto*, int) {
    same += sender == std::this_thread::get_id() ? 1 : 0;
    ++handled;
  });
  const auto first = on.doing([&](auto* self, int x) {
    sender = std::this_thread::get_id();
    self->send(second, x);
  });
  constexpr int rounds = 100;
  for (int i = 0; i < rounds; ++i) {
    caf::anon_send(first, i);
    REQUIRE(eventually([&] { return handled == i + 1; }, bound, 50us));
  }
  CHECK(same == rounds);
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

TEST_CASE("whoever gets work second is handled while the sender still runs") {
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

TEST_CASE("every message is handled, whoever sends, computes or blocks at the same time") {
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
