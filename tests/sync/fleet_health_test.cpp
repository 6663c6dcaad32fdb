// Health in the two other roles: an agent has a hub for a database, a hub has hosts for a daemon.

#include "sync/fleet_health.hpp"
#include "sync/health.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::sync;
using enum health_status;

namespace {

constexpr timestamp second = 1'000'000'000;
constexpr timestamp now = 1'700'000'000 * second;

host_report reporting(const std::string& name) {
  host_report host;
  host.host = name;
  host.connected = host.stream_connected = true;
  host.since = now - 3'600 * second;
  host.status = healthy;
  host.last_heard = now - second;
  host.verified_at = now - 2 * second;
  return host;
}

host_report away(const std::string& name) {
  auto host = reporting(name);
  host.connected = false;
  host.since = now - 125 * second;
  host.away_reason = "the connection has ended";
  return host;
}

health_facts hub_with(std::vector<host_report> hosts) {
  health_facts facts;
  facts.role = node_role::hub;
  facts.events_enabled = true;
  facts.database_up = true;
  facts.hosts = std::move(hosts);
  return facts;
}

health_facts well_agent() {
  health_facts facts;
  facts.role = node_role::agent;
  facts.events_enabled = facts.connected = facts.docker_known = facts.docker_answers = true;
  facts.database_up = true;
  facts.connected_since = facts.verified_at = now - second;
  return facts;
}

const health_check& check_of(const health_report& report, const std::string& name) {
  const auto found = std::ranges::find(report.checks, name, &health_check::name);
  REQUIRE_MESSAGE(found != report.checks.end(), name);
  return *found;
}

std::vector<std::string> names_of(const health_report& report) {
  std::vector<std::string> names;
  for (const auto& x : report.checks)
    names.push_back(x.name);
  return names;
}

using sentences = std::vector<std::string>;

} // namespace

TEST_CASE("an agent's check of its hub follows the rules of a database check") {
  auto facts = well_agent();
  CHECK(names_of(evaluate(facts, now)) == sentences{"docker", "hub"});
  CHECK(evaluate(facts, now).status == healthy);
  facts.database_up = false;
  facts.database_since = now - 60 * second;
  facts.database_reason = "connection refused";
  const auto report = evaluate(facts, now);
  CHECK(report.status == unhealthy);
  CHECK(check_of(report, "hub").status == unhealthy);
  CHECK(check_of(report, "hub").reasons
        == sentences{"The hub has not been reachable since 2023-11-14 22:12:20 UTC (1 min): "
                     "connection refused"});
  CHECK(report.events.status == healthy);
}

TEST_CASE("a hub that answers pings but does not write is unhealthy") {
  auto facts = well_agent();
  facts.troubles = {{resource_kind::volume, {ec::store_unreachable, "the disk is full"}, now}};
  const auto report = evaluate(facts, now);
  CHECK(check_of(report, "hub").status == unhealthy);
  CHECK(check_of(report, "docker").status == healthy);
}

TEST_CASE("the hub of an agent with disabled events is not configured") {
  auto facts = well_agent();
  facts.events_enabled = facts.database_asked = facts.database_up = false;
  const auto report = evaluate(facts, now);
  CHECK(check_of(report, "hub").status == not_configured);
  CHECK_FALSE(check_of(report, "hub").reasons.empty());
  CHECK(report.status == healthy); // the daemon answers
}

TEST_CASE("a hub has hosts, and says why Docker and events are not configured") {
  const auto report = evaluate(hub_with({reporting("a"), reporting("b")}), now);
  CHECK(names_of(report) == sentences{"docker", "database", "hosts"});
  CHECK(report.status == healthy);
  CHECK(check_of(report, "hosts").reasons.empty());
  for (const auto& [status, reasons] :
       {std::pair{check_of(report, "docker").status, check_of(report, "docker").reasons},
        std::pair{report.events.status, report.events.reasons}}) {
    CHECK(status == not_configured);
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0].find("This node is a hub") == 0);
  }
  CHECK_FALSE(report.events.connected);
}

TEST_CASE("a hub is degraded while hosts are away, and unhealthy without its database") {
  auto facts = hub_with({reporting("a"), away("b"), reporting("c")});
  CHECK(evaluate(facts, now).status == degraded);
  CHECK(check_of(evaluate(facts, now), "hosts").reasons
        == sentences{"The host b has been away since 2023-11-14 22:11:15 UTC (2 min 5 s): the "
                     "connection has ended"});
  facts.hosts = {away("a"), away("b")};
  CHECK(evaluate(facts, now).status == degraded);
  facts.database_up = false;
  CHECK(evaluate(facts, now).status == unhealthy);
  CHECK(check_of(evaluate(facts, now), "hosts").status == degraded);
}

TEST_CASE("a hub without a host is healthy, with a reason") {
  const auto report = evaluate(hub_with({}), now);
  CHECK(report.status == healthy);
  CHECK(check_of(report, "hosts").status == healthy);
  CHECK(check_of(report, "hosts").reasons == sentences{"No host has reported yet."});
}

TEST_CASE("a connected host that is not well degrades the fleet, with its reasons") {
  auto lost = reporting("a");
  lost.stream_connected = false;
  lost.status = unhealthy;
  lost.reasons = {"Not connected.", "Permission denied."};
  auto ill = reporting("b");
  ill.status = unhealthy;
  const auto check = check_of(evaluate(hub_with({lost, ill, reporting("c")}), now), "hosts");
  CHECK(check.status == degraded);
  CHECK(check.reasons
        == sentences{"The host a reports, but is not connected to its Docker daemon: Not "
                     "connected. Permission denied.",
                     "The host b reports, but is unhealthy."});
}

TEST_CASE("a degraded or newly connected host does not degrade the fleet") {
  auto idle = reporting("a");
  idle.status = degraded;
  auto fresh = reporting("b");
  fresh.stream_connected = false;
  fresh.status = unhealthy;
  fresh.last_heard = never;
  CHECK(evaluate(hub_with({idle, fresh}), now).status == healthy);
}

TEST_CASE("ten hosts that are away and ten that are not well are named, the others counted") {
  std::vector<host_report> hosts;
  for (int i = 0; i < 10; ++i)
    hosts.push_back(away("a" + std::to_string(i)));
  CHECK(check_of(evaluate(hub_with(hosts), now), "hosts").reasons.size() == 10);
  hosts.push_back(away("b"));
  auto reasons = check_of(evaluate(hub_with(hosts), now), "hosts").reasons;
  REQUIRE(reasons.size() == 11);
  CHECK(reasons[9].find("The host a9 ") == 0);
  CHECK(reasons[10] == "And 1 more host is away.");
  for (int i = 0; i < 12; ++i) {
    hosts.push_back(reporting("c" + std::to_string(i)));
    hosts.back().stream_connected = false;
  }
  reasons = check_of(evaluate(hub_with(hosts), now), "hosts").reasons;
  REQUIRE(reasons.size() == 22);
  CHECK(reasons[21] == "And 2 more hosts are not well.");
}

TEST_CASE("a roster that does not answer degrades the fleet") {
  auto facts = hub_with({});
  facts.roster_reason = "the fleet roster does not answer";
  const auto report = evaluate(facts, now);
  CHECK(report.status == degraded);
  CHECK(check_of(report, "hosts").reasons
        == sentences{
            "The hosts that report to this hub are unknown: the fleet roster does not answer"});
}

TEST_CASE("EVENTS_ENABLED does not change the health of a hub") {
  using fleet = std::vector<host_report>;
  for (const auto& hosts : {fleet{}, fleet{reporting("a"), away("b")}}) {
    auto facts = hub_with(hosts);
    const auto enabled = evaluate(facts, now);
    facts.events_enabled = false;
    CHECK(evaluate(facts, now) == enabled);
  }
}

TEST_CASE("in every role the worst check decides, and every status but healthy has a reason") {
  CHECK(rc::check([] {
    health_facts facts;
    facts.role = *rc::gen::element(node_role::standalone, node_role::agent, node_role::hub);
    facts.events_enabled = *rc::gen::arbitrary<bool>();
    facts.connected = *rc::gen::arbitrary<bool>();
    facts.docker_known = *rc::gen::arbitrary<bool>();
    facts.docker_answers = *rc::gen::arbitrary<bool>();
    facts.database_asked = *rc::gen::arbitrary<bool>();
    facts.database_up = *rc::gen::arbitrary<bool>();
    facts.roster_reason = *rc::gen::element(std::string{}, std::string{"no answer"});
    for (auto i = *rc::gen::inRange(0, 15); i > 0; --i) {
      auto host = reporting("h" + std::to_string(i));
      host.connected = *rc::gen::arbitrary<bool>();
      host.stream_connected = *rc::gen::arbitrary<bool>();
      host.status = *rc::gen::element(not_configured, healthy, degraded, unhealthy);
      facts.hosts.push_back(host);
    }
    const auto report = evaluate(facts, now);
    auto worst = report.events.status;
    RC_ASSERT(worst == healthy || !report.events.reasons.empty());
    for (const auto& check : report.checks) {
      worst = std::max(worst, check.status);
      RC_ASSERT(check.status == healthy || check.status == not_configured
                || !check.reasons.empty());
      RC_ASSERT(check.name != "hosts" || check.status != unhealthy);
    }
    RC_ASSERT(report.status == worst);
  }));
}
