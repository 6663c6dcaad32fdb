// The whole tree: how actors start and stop, and which events count as failed.

#include "actors/observers/metrics_aggregator.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/running_node.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_volume;

namespace {

const failure away{ec::docker_unreachable, "connection reset"};

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
