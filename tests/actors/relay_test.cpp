// The lasting address of an actor that may be restarted.

#include "actors/platform/relay.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using support::deterministic_system;

namespace {

struct relayed : deterministic_system {
  caf::strong_actor_ptr start(const std::shared_ptr<heard>& what) {
    auto target = spawn<listener>(what);
    run();
    return caf::actor_cast<caf::strong_actor_ptr>(target);
  }
  void send_event(timestamp n) { send(address, event_of(resource_kind::volume, "create", "v", n)); }

  slot_ptr slot = make_slot("volume_handler", 10);
  std::shared_ptr<route> way = std::make_shared<route>(slot);
  resource_handler_actor address = caf::actor_cast<resource_handler_actor>(make_relay(caf(), way));
  std::shared_ptr<heard> first = std::make_shared<heard>();
  std::shared_ptr<heard> second = std::make_shared<heard>();
};

} // namespace

TEST_CASE_FIXTURE(relayed, "a relay forwards messages and answers") {
  way->lead_to(start(first));
  send_event(1);
  send_event(2);
  CHECK(ask<bool>(address, atom::alive_v)->value == true);
  REQUIRE(first->events.size() == 2);
  CHECK(first->events[0].time == 1); // in their order
  CHECK(first->events[1].time == 2);
  CHECK(slot->dropped == 0);
}

TEST_CASE_FIXTURE(relayed, "a request to a restarting actor gets an error at once") {
  auto answer = ask<bool>(address, atom::alive_v);
  CHECK_FALSE(answer->pending());
  CHECK(answer->why == caf::sec::request_receiver_down);
}

TEST_CASE_FIXTURE(relayed, "events to a restarting actor count as dropped, other messages do not") {
  send_event(1);
  send_event(2);
  send(address, atom::reconcile_v, list_reason::demand, std::uint64_t{1});
  run();
  CHECK(slot->dropped == 2);
  CHECK(slot->limit->waiting() == 0);
}

TEST_CASE_FIXTURE(relayed, "an address outlives the actor behind it") {
  auto target = start(first);
  way->lead_to(target);
  send_event(1);
  run();
  caf::anon_send_exit(target, caf::exit_reason::kill);
  run();
  way->lead_to(nullptr);
  send_event(2);
  way->lead_to(start(second));
  send_event(3);
  run();
  REQUIRE(first->events.size() == 1);
  REQUIRE(second->events.size() == 1);
  CHECK(second->events[0].time == 3);
  CHECK(slot->dropped == 1);
}

TEST_CASE_FIXTURE(relayed, "an exit that is sent to the address ends the actor behind it") {
  auto target = start(first);
  way->lead_to(target);
  caf::anon_send_exit(address, caf::exit_reason::user_shutdown);
  run();
  send_event(1);
  run();
  CHECK(first->events.empty());
}
