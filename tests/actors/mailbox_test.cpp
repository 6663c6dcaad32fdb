// The mailbox limit, with real threads where exactness is the point, and step by step elsewhere.

#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/actors/threaded_system.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/eventually.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <barrier>
#include <future>
#include <stdexcept>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::testing;
using support::deterministic_system;
using support::eventually;

namespace {

/// What a gatekeeper has seen. Shared with the test's own thread.
struct seen_by_actor {
  std::promise<void> open;
  std::shared_future<void> opened{open.get_future()};
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> overflows{0};
  std::atomic<std::uint64_t> others{0};
};

/// Has the interface of a handler. A barrier blocks it until the test opens the gate, a list makes
/// it throw, an overflow is not acknowledged: the test does that.
class gatekeeper {
public:
  using interface = resource_handler_actor;

  gatekeeper(interface::pointer self, std::shared_ptr<seen_by_actor> seen)
      : self_(self), seen_(std::move(seen)) {}

  interface::behavior_type make_behavior() {
    return {
        [this](const docker_event&) { ++seen_->events; },
        [this](atom::overflow) { ++seen_->overflows; },
        [](atom::reconcile, list_reason, std::uint64_t) {
          throw std::runtime_error("the roof is on fire");
        },
        [this](atom::recheck, const std::vector<std::string>&) { ++seen_->others; },
        [this](atom::barrier, timestamp) { seen_->opened.wait(); },
        [](atom::wake) {},
        [this](atom::work_due, std::uint64_t) { ++seen_->others; },
        [this](atom::stop) {
          ++seen_->others;
          return true;
        },
        [this](atom::alive) {
          ++seen_->others;
          return true;
        },
    };
  }

private:
  interface::pointer self_;
  std::shared_ptr<seen_by_actor> seen_;
};

docker_event some_event(int i = 0) {
  return event_of(resource_kind::volume, "create", "v" + std::to_string(i), i + 1);
}

/// `threads` senders that begin in the same moment.
void send_at_once(int threads, int each,
                  const std::function<void(const docker_event&, int)>& send) {
  std::barrier begin(threads);
  std::vector<std::jthread> senders;
  for (int t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      begin.arrive_and_wait();
      for (int i = 0; i < each; ++i)
        send(some_event(t * each + i), t + i);
    });
}

/// A gatekeeper with room for `limit` events, in virtual time.
struct small_mailbox : deterministic_system {
  explicit small_mailbox(std::size_t limit = 2) : slot(make_slot("gatekeeper", limit)) {
    actor = spawn<shell<gatekeeper>>(slot, seen);
    run();
    slot->handled = 0;
  }
  void send_events(int n) {
    for (int i = 0; i < n; ++i)
      send(actor, some_event(i));
  }

  std::shared_ptr<seen_by_actor> seen = std::make_shared<seen_by_actor>();
  slot_ptr slot;
  resource_handler_actor actor;
};

} // namespace

TEST_CASE("the mailbox limit is exact while eight threads send at once") {
  threaded_config config;
  caf::actor_system system(config);
  auto seen = std::make_shared<seen_by_actor>();
  auto slot = make_slot("gatekeeper", 1000);
  resource_handler_actor actor = system.spawn<shell<gatekeeper>>(slot, seen);
  caf::anon_send(actor, atom::barrier_v, timestamp{1}); // blocks its thread

  send_at_once(8, 500, [&](const docker_event& event, int) { caf::anon_send(actor, event); });
  CHECK(slot->admitted == 1000);
  CHECK(slot->dropped == 3000);
  CHECK(slot->limit->waiting() == 1000);
  CHECK(slot->limit->high_water() == 1000);

  seen->open.set_value();
  CHECK(eventually([&] { return slot->limit->waiting() == 0; }));
  CHECK(eventually([&] { return slot->mailbox == 0; }));
  CHECK(seen->events == 1000);
  CHECK(seen->overflows == 1);
  CHECK(slot->limit->high_water() == 1000);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("two mailboxes share one limit exactly") {
  threaded_config config;
  caf::actor_system system(config);
  auto seen = std::make_shared<seen_by_actor>();
  auto limit = std::make_shared<admission>(1000);
  std::vector<slot_ptr> slots;
  std::vector<resource_handler_actor> actors;
  for (const auto* name : {"volume_handler", "container_handler"}) {
    slots.push_back(std::make_shared<actor_slot>(name, nullptr, limit));
    actors.push_back(system.spawn<shell<gatekeeper>>(slots.back(), seen));
    caf::anon_send(actors.back(), atom::barrier_v, timestamp{1});
  }

  send_at_once(8, 500, [&](const docker_event& event, int i) {
    caf::anon_send(actors[static_cast<std::size_t>(i) % 2], event);
  });
  CHECK(slots[0]->admitted + slots[1]->admitted == 1000);
  CHECK(slots[0]->dropped + slots[1]->dropped == 3000);
  CHECK(limit->waiting() == 1000);
  CHECK(limit->high_water() == 1000);

  seen->open.set_value();
  CHECK(eventually([&] { return limit->waiting() == 0; }));
  CHECK(eventually([&] { return seen->events == 1000; }));
  CHECK(limit->high_water() == 1000);
  for (const auto& actor : actors)
    caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE("the limit stays exact while events are handled") {
  threaded_config config;
  caf::actor_system system(config);
  auto seen = std::make_shared<seen_by_actor>();
  auto slot = make_slot("gatekeeper", 10);
  resource_handler_actor actor = system.spawn<shell<gatekeeper>>(slot, seen);

  send_at_once(8, 2000, [&](const docker_event& event, int) { caf::anon_send(actor, event); });
  CHECK(eventually([&] { return slot->mailbox == 0; }));
  CHECK(slot->admitted + slot->dropped == 16'000);
  CHECK(seen->events == slot->admitted);
  CHECK(slot->limit->waiting() == 0);
  CHECK(slot->limit->high_water() <= 10);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
}

TEST_CASE_FIXTURE(small_mailbox, "messages other than events pass a full mailbox") {
  send_events(3);
  CHECK(slot->dropped == 1);
  send(actor, atom::recheck_v, std::vector<std::string>{"v"});
  send(actor, atom::work_due_v, std::uint64_t{1});
  auto alive = ask<bool>(actor, atom::alive_v);
  CHECK(alive->value == true);
  CHECK(seen->others == 3);
  CHECK(seen->events == 2);
  CHECK(slot->dropped == 1);
}

TEST_CASE_FIXTURE(small_mailbox, "an exit reaches an actor whose mailbox is full") {
  send_events(3);
  caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
  run();
  CHECK(ask<bool>(actor, atom::alive_v)->why == caf::sec::request_receiver_down);
}

TEST_CASE_FIXTURE(small_mailbox,
                  "an actor gets one message about refused events until it acknowledges it") {
  send_events(7);
  CHECK(slot->dropped == 5);
  run();
  CHECK(seen->overflows == 1);

  send_events(3); // again full, and not acknowledged yet
  run();
  CHECK(seen->overflows == 1);

  slot->overflow = false;
  send_events(4);
  run();
  CHECK(seen->overflows == 2);
  CHECK(slot->dropped == 8);
}

TEST_CASE_FIXTURE(small_mailbox, "a message that is being handled still counts") {
  // The overflow of the third would come if the first had left too soon.
  send(actor, atom::recheck_v, std::vector<std::string>{});
  send_events(2);
  CHECK(slot->limit->waiting() == 2);
  CHECK(slot->mailbox == 3);
  run();
  CHECK(slot->limit->waiting() == 0);
  CHECK(slot->limit->high_water() == 2);
}

TEST_CASE_FIXTURE(small_mailbox, "an actor that dies with a full mailbox frees its places") {
  send_events(2);
  caf::anon_send<caf::message_priority::high>( // overtakes the events
      caf::actor_cast<caf::actor>(actor),
      caf::exit_msg{caf::actor_addr{}, caf::make_error(caf::exit_reason::kill)});
  run();
  CHECK(seen->events == 0);
  CHECK(slot->limit->waiting() == 0);
  CHECK(slot->mailbox == 0);
  CHECK(slot->admitted == 2);
  CHECK(slot->completed == 0); // what the supervisor writes off

  send_events(5); // the actor has ended
  CHECK(slot->limit->waiting() == 0);
  CHECK(slot->mailbox == 0);
}

TEST_CASE_FIXTURE(small_mailbox,
                  "the counters show how many messages wait and how many were handled") {
  send_events(2);
  send(actor, atom::work_due_v, std::uint64_t{1});
  CHECK(slot->report().mailbox == 3);
  CHECK(slot->report().mailbox_limit == 2);
  run();
  CHECK(slot->report().mailbox == 0);
  CHECK(slot->report().handled == 3);
  CHECK(slot->busy_ns > 0);
}

TEST_CASE_FIXTURE(small_mailbox,
                  "an exception that leaves a handler ends the actor with its text") {
  std::string reason;
  spawn_function([&](caf::event_based_actor* self) -> caf::behavior {
    self->monitor(actor);
    self->set_down_handler([&](const caf::down_msg& down) { reason = caf().render(down.reason); });
    return {[](atom::work_due) {}};
  });
  run();
  send(actor, atom::reconcile_v, list_reason::demand, std::uint64_t{0});
  run();
  CHECK(reason.find("the roof is on fire") != std::string::npos);
}
