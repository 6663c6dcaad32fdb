// The whole tree: actors that die are restarted, and nothing is lost.

#include "runtime/invariant.hpp"
#include "tests/actors/running_node.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_volume;

TEST_CASE_FIXTURE(running_node, "a child that throws is restarted, and nothing is lost") {
  docker->throw_next(docker_call::inspect_volume, "a defect in the client");
  docker->create_volume(some_volume("w"));
  settle();
  CHECK(log.has("actor=volume_inspector died"));
  CHECK(log.has("a defect in the client"));
  CHECK(counters().failed == 1);
  pass(10s);
  CHECK(agrees());
  CHECK(report_of("volume_inspector").restarts == 1);
  CHECK(report_of("volume_inspector").state == "running");
}

TEST_CASE("a handler that violates an invariant is restarted, and lists what it lost") {
  node_rig rig;
  bool holds = true;
  rig.parts.volume_limits.list_only = [&holds](const std::string&) {
    invariant(std::exchange(holds, true), "a rule of this test");
    return false;
  };
  rig.start();
  const auto failed = rig.counters().failed;
  const auto lists = rig.docker->calls(docker_call::list_volumes);
  holds = false;
  rig.docker->create_volume(some_volume("w"));
  rig.settle();
  CHECK(holds);
  for (const auto* words :
       {"actor=volume_handler ends because of an exception", "node_restarts_test.cpp",
        "actor=volume_handler died: invariant violated: a rule of this test"})
    CHECK_MESSAGE(rig.log.has(words), words, "\n", rig.log.text());
  CHECK(rig.report_of("volume_handler").state == "restarting");
  CHECK(rig.counters().failed == failed + 1);
  rig.pass(1s);
  CHECK(rig.report_of("volume_handler").restarts == 1);
  CHECK(rig.docker->calls(docker_call::list_volumes) > lists);
  CHECK(rig.agrees());
}

TEST_CASE("a store that can't be made is made again later") {
  node_rig rig;
  int attempts = 0;
  rig.parts.make_store = [&]() -> std::shared_ptr<persistence::store> {
    if (++attempts < 3)
      throw std::runtime_error("no file descriptors left");
    return rig.store;
  };
  rig.start();
  CHECK(rig.log.has("actor=inventory_store died: no file descriptors left"));
  rig.pass(5s);
  CHECK(attempts == 3);
  CHECK(rig.agrees());
}

TEST_CASE_FIXTURE(running_node, "a store that throws is restarted, and nothing is lost") {
  store->throw_next("a defect in the store");
  docker->create_volume(some_volume("w"));
  settle();
  CHECK(report_of("inventory_store").restarts == 1);
  pass(10s);
  CHECK(agrees());
  CHECK(counters().failed == 0);
}

TEST_CASE_FIXTURE(running_node,
                  "events that die with their handler have failed, and its kind is listed") {
  const auto before = counters();
  const auto lists = docker->calls(docker_call::list_volumes);
  for (int i = 0; i < 3; ++i)
    docker->create_volume(some_volume("w" + std::to_string(i)));
  REQUIRE(docker->settle()); // in the mailbox, and not handled
  kill(node.volumes);
  CHECK(report_of("volume_handler").state == "restarting");
  CHECK(counters().failed == before.failed + 3);
  CHECK(counters().waiting == 0);
  pass(1s);
  CHECK(docker->calls(docker_call::list_volumes) > lists);
  CHECK(agrees());
  CHECK(counters().processed == before.processed);
  CHECK(counters().dropped == before.dropped);
  kill(node.volumes); // with nothing in its hands
  CHECK(counters().failed == before.failed + 3);
}

TEST_CASE_FIXTURE(
    running_node,
    "events that come while their handler is restarted are dropped, and its kind is listed") {
  kill(node.volumes);
  docker->create_volume(some_volume("w"));
  settle();
  CHECK(counters().dropped == 1);
  pass(1s);
  CHECK(agrees());
}

TEST_CASE_FIXTURE(running_node, "the waits before a restart grow while a child keeps dying") {
  const auto wait = [this] {
    kill(node.reconciler);
    auto waited = 0ms;
    for (; report_of("reconciler").state == "restarting"; waited += 10ms)
      advance(10ms);
    return waited;
  };
  CHECK(wait() <= 70ms); // 50 ms and a fifth, seen in steps of ten
  for (int i = 0; i < 4; ++i)
    wait();
  const auto sixth = wait();
  CHECK(sixth >= 1280ms);
  CHECK(sixth <= 1930ms);
  pass(6s); // it responds
  CHECK(wait() <= 70ms);
}

TEST_CASE_FIXTURE(running_node, "a child that dies too often ends the node with an error") {
  std::string reason;
  spawn_function([&](caf::event_based_actor* self) -> caf::behavior {
    self->monitor(node.node);
    self->set_down_handler([&](const caf::down_msg& down) { reason = caf().render(down.reason); });
    return {[](atom::alive_due) {}};
  });
  run();
  for (int i = 0; i < 11 && reason.empty(); ++i) {
    kill(node.health);
    advance(5s);
  }
  CHECK(reason.find("health_reporter died too often") != std::string::npos);
  CHECK(log.has("giving up"));
  CHECK(run_until([this] { return docker->streams_open() == 0; }));
}

TEST_CASE_FIXTURE(running_node, "a child that dies now and then does not end the node") {
  for (int i = 0; i < 20; ++i) {
    kill(node.health);
    pass(7s);
  }
  CHECK(report_of("health_reporter").restarts == 20);
  CHECK(health().status == health_status::healthy);
}

TEST_CASE_FIXTURE(running_node, "a restarted actor soon has the state that the others have") {
  pass(6s);
  kill(node.health);
  pass(11s);
  CHECK(not_ready().empty());
  CHECK(health().status == health_status::healthy);
  CHECK(health().events.connected);

  kill(node.reconciler);
  pass(1s);
  CHECK(ask<reconcile_ticket>(node.reconciler, atom::reconcile_v, reconcile_scope::full)->value);

  const auto before = counters();
  kill(node.metrics);
  pass(1s);
  CHECK(counters().processed == before.processed);
}

TEST_CASE_FIXTURE(running_node,
                  "a supervisor of the stream that dies comes back with a new stream") {
  kill(node.stream);
  pass(1s);
  REQUIRE(run_until([this] { return docker->streams_open() == 1; }));
  docker->create_volume(some_volume("w"));
  settle();
  CHECK(agrees());
}
