// The health reporter: what makes a node unhealthy or not ready.

#include "actors/inventory/docker_inspector.hpp"
#include "actors/observers/health_reporter.hpp"
#include "actors/platform/relay.hpp"
#include "tests/actors/counting_rig.hpp"
#include "tests/support/scripted_docker.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

namespace {

/// A health reporter whose numbers are zero.
struct reporting : counting {
  reporting() {
    reporter = spawn<shell<health_reporter>>(
        make_slot("health_reporter"), context_ptr{context},
        reporter_parts{.events_enabled = true, .idle_degraded_after = 5min});
    run();
  }
  health_report health() { return *ask<health_report>(reporter, atom::health_v)->value; }
  std::vector<std::string> not_ready() {
    return *ask<std::vector<std::string>>(reporter, atom::ready_v)->value;
  }
  void all_is_well() {
    send(reporter, connected_since(now()));
    send(reporter, store_report{.up = true, .why = {}});
    send(reporter, reconcile_status{.full_runs = 1,
                                    .volume_runs = 1,
                                    .container_runs = 1,
                                    .initial_done = true,
                                    .verified_at = now()});
    run();
  }

  health_reporter_actor reporter;
};

health_status check_of(const health_report& report, const std::string& name) {
  for (const auto& x : report.checks)
    if (x.name == name)
      return x.status;
  FAIL("no check of this name: ", name);
  return health_status::unhealthy;
}

} // namespace

TEST_CASE_FIXTURE(reporting, "a node without any report yet is neither ready nor healthy") {
  CHECK(health().status == health_status::unhealthy);
  CHECK(not_ready().size() == 2);
}

TEST_CASE_FIXTURE(reporting, "a node whose parts all work is healthy and ready") {
  all_is_well();
  const auto report = health();
  CHECK(report.status == health_status::healthy);
  CHECK(report.now == now());
  CHECK(report.events.full_runs == 1);
  CHECK(report.events.verified_at == now());
  CHECK(not_ready().empty());
}

TEST_CASE_FIXTURE(reporting,
                  "a node without its stream is unhealthy, with the reason, and stays ready") {
  all_is_well();
  send(reporter, disconnected({ec::docker_unreachable, "connection refused"}));
  run();
  const auto report = health();
  CHECK(report.status == health_status::unhealthy);
  CHECK_FALSE(report.events.connected);
  REQUIRE_FALSE(report.events.reasons.empty());
  CHECK(report.events.reasons[0].find("connection refused") != std::string::npos);
  CHECK(check_of(report, "docker") == health_status::unhealthy);
  CHECK(not_ready().empty());
}

TEST_CASE_FIXTURE(reporting, "events that the daemon refuses make the check docker unhealthy") {
  all_is_well();
  auto refused = disconnected({ec::docker_refused, "the daemon answered 403"});
  refused.docker_answers = true; // it is not away
  send(reporter, refused);
  run();
  CHECK(check_of(health(), "docker") == health_status::unhealthy);
}

TEST_CASE_FIXTURE(reporting, "rejected rows are a reason of the database until they are written") {
  all_is_well();
  send(reporter, rejected_report{resource_kind::volume, 2, now(), "volume \"v\" (too long)"});
  send(reporter, rejected_report{resource_kind::container, 1, now(), "mount \"c\" (too long)"});
  run();
  CHECK(health().status == health_status::healthy);
  CHECK(health().checks[1].reasons.size() == 2);
  send(reporter, rejected_report{.kind = resource_kind::volume, .first = {}});
  run();
  REQUIRE(health().checks[1].reasons.size() == 1);
  CHECK(health().checks[1].reasons[0].find("1 container row has been rejected")
        != std::string::npos);
}

TEST_CASE_FIXTURE(reporting, "a node whose database is away is unhealthy and not ready") {
  all_is_well();
  send(reporter, store_report{.up = false, .why = {ec::store_unreachable, "connection refused"}});
  run();
  CHECK(check_of(health(), "database") == health_status::unhealthy);
  REQUIRE(not_ready().size() == 1);
  CHECK(not_ready()[0].find("connection refused") != std::string::npos);
}

TEST_CASE_FIXTURE(reporting, "a node that stands by is degraded and not ready, and says why") {
  all_is_well();
  send(reporter, store_report{.up = true,
                              .standby = true,
                              .why = {ec::store_unreachable, "another node writes"}});
  run();
  CHECK(health().status == health_status::degraded);
  CHECK(check_of(health(), "database") == health_status::degraded);
  REQUIRE(not_ready().size() == 1);
  CHECK(not_ready()[0] == "this node stands by: another node writes");
  send(reporter, store_report{.up = false, .why = {ec::store_unreachable, "gone"}});
  run();
  CHECK(check_of(health(), "database") == health_status::unhealthy);
  CHECK(not_ready() == std::vector<std::string>{"the database is not ready: gone"});
  send(reporter, store_report{.up = true, .why = {}});
  run();
  CHECK(health().status == health_status::healthy);
  CHECK(not_ready().empty());
}

TEST_CASE_FIXTURE(reporting, "a store that has not reported for long counts as away") {
  all_is_well();
  advance(11s);
  CHECK(check_of(health(), "database") == health_status::healthy);
  advance(2s);
  CHECK(check_of(health(), "database") == health_status::unhealthy);
  CHECK(not_ready().size() == 1);
}

TEST_CASE_FIXTURE(reporting, "a connected stream without events for long is degraded") {
  memory->last_event_received = now();
  all_is_well();
  advance(5min + 1s);
  send(reporter, store_report{.up = true, .why = {}});
  run();
  CHECK(health().events.status == health_status::degraded);
  CHECK(health().status == health_status::degraded);
}

TEST_CASE_FIXTURE(reporting, "health shows the aggregator's counters") {
  volumes->dropped = 2;
  send(aggregator, atom::lost_v, std::uint64_t{4});
  all_is_well();
  CHECK(health().events.dropped_total == 2);
  CHECK(health().events.errors_total == 4);
}

TEST_CASE_FIXTURE(counting, "a restarting inspector says nothing about the daemon") {
  auto slot = make_slot("container_inspector");
  auto way = std::make_shared<route>(slot);
  auto reporter = spawn<shell<health_reporter>>(
      make_slot("health_reporter"), context_ptr{context},
      reporter_parts{.events_enabled = false,
                     .idle_degraded_after = {},
                     .probe = caf::actor_cast<docker_inspector_actor>(make_relay(caf(), way))});
  auto docker_status = [&] {
    return check_of(*ask<health_report>(reporter, atom::health_v)->value, "docker");
  };
  advance(1s);
  CHECK(docker_status() == health_status::not_configured);
  support::scripted_docker docker{wall_clock()};
  way->lead_to(caf::actor_cast<caf::strong_actor_ptr>(spawn<shell<docker_inspector>>(
      slot, context_ptr{context}, inspector_parts{docker.make_client()})));
  advance(100ms);
  CHECK(docker_status() == health_status::healthy);
  docker.fail(support::docker_call::identify, {ec::docker_unreachable, "connection refused"});
  advance(6s);
  CHECK(docker_status() == health_status::unhealthy);
}
