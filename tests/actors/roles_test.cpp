// Health and metrics of agents and hubs, and what a node of each role answers from outside.

#include "actors/node/node_client.hpp"
#include "actors/observers/health_reporter.hpp"
#include "actors/observers/metrics_aggregator.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/fixed_roster.hpp"
#include "tests/actors/listener.hpp"
#include "tests/actors/threaded_system.hpp"
#include "tests/support/deterministic_system.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

namespace {

/// The two observers of a node of this role; a hub's have a roster.
struct observers : support::deterministic_system {
  explicit observers(node_role role, bool enabled = true)
      : numbers(std::make_shared<metrics::catalogue>(role)) {
    if (role == node_role::hub)
      roster = spawn<shell<fixed_roster>>(make_slot("fleet_roster"), fleet);
    context->log = log.log();
    context->numbers = numbers;
    context->now = wall_clock();
    context->handles = {.roster = roster, .role = role};
    aggregator = spawn<shell<metrics_aggregator>>(
        make_slot("metrics_aggregator"), context_ptr{context},
        aggregator_parts{.slots = {},
                         .queue = std::make_shared<admission>(10),
                         .memory = std::make_shared<stream_memory>()});
    context->handles.metrics = aggregator;
    reporter = spawn<shell<health_reporter>>(make_slot("health_reporter"), context_ptr{context},
                                             reporter_parts{.events_enabled = enabled});
    run();
  }
  ~observers() {
    hold(nullptr);
    // The actors have the context, and without relays its handles keep them alive.
    context->handles = {};
  }

  health_report health() { return *ask<health_report>(reporter, atom::health_v)->value; }
  std::vector<std::string> not_ready() {
    return *ask<std::vector<std::string>>(reporter, atom::ready_v)->value;
  }
  std::string scrape() { return *ask<std::string>(aggregator, atom::render_v)->value; }
  void store_says(bool up, const std::string& why = {}) {
    send(reporter, store_report{.up = up, .why = {ec::store_unreachable, why}});
    run();
  }
  void reconciled() {
    send(reporter, connected_since(now()));
    send(reporter, reconcile_status{.full_runs = 1, .initial_done = true, .verified_at = now()});
    run();
  }
  void hang_roster() {
    hold([id = roster->id()](caf::scheduled_actor& x) { return x.id() == id; });
  }

  std::shared_ptr<std::vector<host_report>> fleet = std::make_shared<std::vector<host_report>>();
  std::shared_ptr<actor_context> context = std::make_shared<actor_context>();
  std::shared_ptr<metrics::catalogue> numbers;
  kept_log log;
  fleet_roster_actor roster;
  metrics_aggregator_actor aggregator;
  health_reporter_actor reporter;
};

struct agent : observers {
  agent() : observers(node_role::agent) {}
};
struct hub : observers {
  hub() : observers(node_role::hub) {}
};

const health_check& check_of(const health_report& report, const std::string& name) {
  const auto found = std::ranges::find(report.checks, name, &health_check::name);
  REQUIRE_MESSAGE(found != report.checks.end(), name);
  return *found;
}

bool holds(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

} // namespace

TEST_CASE_FIXTURE(agent, "an agent is ready once its hub answers and everything was listed") {
  CHECK(not_ready().size() == 2);
  store_says(false, "connection refused");
  reconciled();
  CHECK(not_ready() == std::vector<std::string>{"the hub is not ready: connection refused"});
  CHECK(check_of(health(), "hub").status == health_status::unhealthy);
  store_says(true);
  CHECK(not_ready().empty());
  CHECK(health().status == health_status::healthy);
}

TEST_CASE_FIXTURE(agent, "an agent counts a hub that has been silent for long as away") {
  store_says(true);
  reconciled();
  advance(13s);
  const auto check = check_of(health(), "hub");
  CHECK(check.status == health_status::unhealthy);
  CHECK(holds(check.reasons.at(0), "the hub has not answered for 13 s"));
  CHECK(not_ready().size() == 1);
}

TEST_CASE("an agent whose events system is off asks no hub, and is ready at once") {
  observers off{node_role::agent, false};
  CHECK(off.not_ready().empty());
  CHECK(check_of(off.health(), "hub").status == health_status::not_configured);
  off.advance(60s); // a hub that was never asked is not missed
  CHECK(off.not_ready().empty());
  off.store_says(false, "connection refused"); // something asks after all
  CHECK(off.not_ready().size() == 1);
}

TEST_CASE_FIXTURE(hub, "a hub is ready with its database, without any reconciliation") {
  CHECK(not_ready().size() == 1);
  store_says(true);
  CHECK(not_ready().empty());
  CHECK(health().status == health_status::healthy);
  store_says(false, "the schema is older");
  CHECK(not_ready() == std::vector<std::string>{"the database is not ready: the schema is older"});
  CHECK(health().status == health_status::unhealthy);
}

TEST_CASE_FIXTURE(hub, "a hub's health is that of its fleet at the moment of the question") {
  store_says(true);
  fleet->push_back(reporting_host("a", now()));
  CHECK(check_of(health(), "hosts").status == health_status::healthy);
  fleet->front().connected = false;
  fleet->front().away_reason = "the connection has ended";
  const auto report = health();
  CHECK(report.status == health_status::degraded);
  CHECK(holds(check_of(report, "hosts").reasons.at(0), "a has been away since"));
  CHECK(not_ready().empty()); // it takes what comes
}

TEST_CASE_FIXTURE(hub, "a roster that hangs is a reason in health, which still answers") {
  store_says(true);
  hang_roster();
  const auto answer = ask<health_report>(reporter, atom::health_v);
  CHECK(answer->pending());
  advance(1s);
  REQUIRE(answer->value);
  CHECK(answer->value->status == health_status::degraded);
  CHECK(holds(check_of(*answer->value, "hosts").reasons.at(0), "the fleet roster does not answer"));
  CHECK(check_of(*answer->value, "database").status == health_status::healthy);
}

TEST_CASE_FIXTURE(hub, "every scrape shows the hosts of its moment") {
  const auto began = now();
  fleet->push_back(reporting_host("a", began));
  fleet->push_back(reporting_host("b", began));
  elapse(3s);
  auto text = scrape();
  CHECK(holds(text, "\nvolumeviz_events_host_connected{host=\"a\"} 1\n"));
  CHECK(holds(text, "\nvolumeviz_events_host_lag_seconds{host=\"b\"} 3\n"));
  CHECK(holds(text, "\nvolumeviz_events_hosts{state=\"connected\"} 2\n"));
  fleet->pop_back();
  text = scrape();
  CHECK(holds(text, "{host=\"a\"}"));
  CHECK_FALSE(holds(text, "{host=\"b\"}"));
}

TEST_CASE_FIXTURE(hub, "a roster that hangs leaves the other metrics, and no old hosts") {
  fleet->push_back(reporting_host("a", now()));
  CHECK(holds(scrape(), "{host=\"a\"}"));
  hang_roster();
  const auto answer = ask<std::string>(aggregator, atom::render_v);
  CHECK(answer->pending());
  advance(1s);
  REQUIRE(answer->value);
  CHECK(holds(*answer->value, "\nvolumeviz_events_link_chunks_total 0\n"));
  CHECK_FALSE(holds(*answer->value, "{host="));
}

TEST_CASE("a hub serves its agents whether or not EVENTS_ENABLED is set") {
  observers off{node_role::hub, false};
  off.store_says(true);
  off.fleet->push_back(reporting_host("a", off.now()));
  off.fleet->front().connected = false;
  CHECK(off.not_ready().empty());
  CHECK(check_of(off.health(), "hosts").status == health_status::degraded);
  CHECK(holds(off.scrape(), "volumeviz_events_host_connected{host=\"a\"} 0"));
}

TEST_CASE("a hub names its hosts over node_client, and refuses to reconcile") {
  threaded_config config;
  caf::actor_system system{config};
  auto fleet = std::make_shared<std::vector<host_report>>();
  fleet->push_back(reporting_host("a", system_now()));
  auto roster = system.spawn<shell<fixed_roster>>(make_slot("fleet_roster"), fleet);
  {
    node_handles handles;
    handles.role = node_role::hub;
    handles.roster = roster;
    const node_client client{system, handles};
    CHECK(client.role() == node_role::hub);
    const auto hosts = client.hosts();
    REQUIRE(hosts);
    REQUIRE(hosts->size() == 1);
    CHECK(hosts->front().host == "a");
    const auto ticket = client.reconcile(reconcile_scope::full);
    REQUIRE_FALSE(ticket);
    CHECK(ticket.error().code == ec::bad_request);
    CHECK(holds(ticket.error().text, "hub"));
    caf::anon_send_exit(roster, caf::exit_reason::kill);
    system.await_all_actors_done();
    const auto gone = client.hosts();
    REQUIRE_FALSE(gone);
    CHECK(holds(gone.error().text, "roster"));
  }
  const node_client other{system, node_handles{}};
  REQUIRE(other.hosts());
  CHECK(other.hosts()->empty());
}
