// The whole tree: how actors start, are restarted and stop, and which events count as failed.

#include "actors/observers/metrics_aggregator.hpp"
#include "actors/platform/shell.hpp"
#include "runtime/invariant.hpp"
#include "tests/actors/node_rig.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <stdexcept>
#include <utility>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_container;
using support::some_volume;

namespace {

const failure away{ec::docker_unreachable, "connection reset"};

struct running_node : node_rig {
  running_node() {
    docker->create_volume(some_volume("v"));
    docker->run_container(some_container("c", {{.volume = "v", .path = "/data"}}));
    start();
  }
  /// As if a handler of this child had thrown.
  template <class Handle>
  void kill(const Handle& whom) {
    const auto reason = caf::make_error(caf::sec::runtime_error, std::string{"a defect"});
    caf::anon_send<caf::message_priority::high>(caf::actor_cast<caf::actor>(whom),
                                                caf::exit_msg{caf::actor_addr{}, reason});
    run();
  }
};

} // namespace

TEST_CASE_FIXTURE(running_node, "a node that has started has the rows, is healthy and is ready") {
  CHECK(agrees());
  pass(2s);
  const auto report = health();
  CHECK(report.status == health_status::healthy);
  CHECK(report.events.connected);
  CHECK(report.events.full_runs == 1);
  CHECK(not_ready().empty());
  CHECK(ask<std::vector<std::string>>(node.node, atom::alive_v)->value->empty());
}

TEST_CASE_FIXTURE(running_node,
                  "a change in Docker is in the rows as soon as its event is handled") {
  docker->create_volume(some_volume("w"));
  docker->stop_container("c");
  settle();
  pass(2s);
  CHECK(agrees());
  docker->remove_container("c");
  docker->remove_volume("v");
  settle();
  CHECK(agrees());
  CHECK(counters().failed == 0);
  // The three of the start were replayed by the overlap and count, too.
  CHECK(counters().processed == docker->remembered().size());
}

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
  for (const auto* words : {"actor=volume_handler ends because of an exception", "node_test.cpp",
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

TEST_CASE_FIXTURE(running_node,
                  "a stop ends the stream, finishes what was accepted, then answers") {
  for (int i = 0; i < 50; ++i)
    docker->create_volume(some_volume("w" + std::to_string(i)));
  REQUIRE(docker->settle());
  const auto stopped = ask<bool>(node.node, atom::stop_v);
  REQUIRE(run_until([&] { return !stopped->pending(); }));
  CHECK(stopped->value == true);
  CHECK(agrees());
  CHECK(docker->streams_open() == 0);
  advance(1min);
  CHECK(docker->streams_made() == 1);
}

TEST_CASE_FIXTURE(running_node, "a stop does not wait for a database that never answers") {
  store->fail({ec::store_unreachable, "away"});
  docker->create_volume(some_volume("w"));
  REQUIRE(docker->settle());
  const auto stopped = ask<bool>(node.node, atom::stop_v);
  run_until([this] { return docker->streams_open() == 0; });
  run();
  CHECK(stopped->pending());
  pass(9s);
  CHECK(stopped->value == true);
  CHECK(log.has("not everything could be finished in time"));
}

TEST_CASE_FIXTURE(running_node, "an actor that does not respond is named") {
  hold([](caf::scheduled_actor& x) {
    return dynamic_cast<shell<metrics_aggregator>*>(&x) != nullptr;
  });
  pass(15s);
  const auto silent = [this] {
    return *ask<std::vector<std::string>>(node.node, atom::alive_v)->value;
  };
  CHECK(silent().empty());
  pass(15s);
  CHECK(silent() == std::vector<std::string>{"metrics_aggregator"});
  hold(nullptr);
  pass(6s);
  CHECK(silent().empty());
}

TEST_CASE_FIXTURE(running_node,
                  "a daemon that was away and has changed is matched when it is back") {
  docker->refuse_streams(away);
  docker->end_streams(away);
  REQUIRE(run_until([this] { return !health().events.connected; }));
  CHECK(health().status == health_status::unhealthy);
  docker->forget_everything();
  docker->forget_events();
  docker->silently([this] { docker->create_volume(some_volume("other")); });
  pass(3s);
  docker->accept_streams();
  REQUIRE(run_until([this] {
    advance(100ms);
    return health().events.connected;
  }));
  settle();
  pass(2s);
  CHECK(agrees());
  CHECK(health().events.reconnects_total == 1);
}

TEST_CASE("a node without the events system answers for itself") {
  node_rig rig;
  rig.parts.settings.events_enabled = false;
  rig.start();
  rig.pass(3s);
  CHECK(rig.docker->streams_made() == 0);
  const auto report = rig.health();
  CHECK(report.events.status == health_status::not_configured);
  CHECK(report.status == health_status::healthy);
  CHECK(rig.not_ready().empty());
  rig.docker->fail(docker_call::identify, away);
  rig.pass(6s);
  CHECK(rig.health().status == health_status::unhealthy);
  CHECK(rig.ask<bool>(rig.node.node, atom::stop_v)->value == true);
}
