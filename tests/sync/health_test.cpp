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

/// A node in the best of health: connected for an hour, an event and a proof ten seconds ago.
health_facts well() {
  health_facts facts;
  facts.events_enabled = true;
  facts.connected = true;
  facts.connected_since = now - 3'600 * second;
  facts.docker_known = true;
  facts.docker_answers = true;
  facts.database_up = true;
  facts.last_event = now - 11 * second;
  facts.last_event_received = now - 10 * second;
  facts.verified_at = now - 10 * second;
  facts.idle_degraded_after = std::chrono::minutes{5};
  return facts;
}

health_status status_of(const health_report& report, const std::string& name) {
  for (const auto& check : report.checks)
    if (check.name == name)
      return check.status;
  return not_configured;
}

bool mentions(const std::vector<std::string>& reasons, const std::string& text) {
  for (const auto& x : reasons)
    if (x.find(text) != std::string::npos)
      return true;
  return false;
}

} // namespace

TEST_CASE("a node in the best of health is healthy, without a reason") {
  auto report = evaluate(well(), now);
  CHECK(report.status == healthy);
  CHECK(report.now == now);
  CHECK(report.events.status == healthy);
  CHECK(report.events.reasons.empty());
  REQUIRE(report.checks.size() == 2);
  for (const auto& check : report.checks) {
    CHECK(check.status == healthy);
    CHECK(check.reasons.empty());
  }
}

TEST_CASE("the numbers are passed on") {
  auto facts = well();
  facts.queue_size = 1;
  facts.processed = 2;
  facts.failed = 3;
  facts.dropped = 4;
  facts.reconnects = 5;
  facts.full_runs = 6;
  facts.volume_runs = 7;
  facts.container_runs = 8;
  facts.last_reconnect = now - 60 * second;
  auto x = evaluate(facts, now).events;
  CHECK(x.connected);
  CHECK(x.queue_size == 1);
  CHECK(x.processed_total == 2);
  CHECK(x.errors_total == 3);
  CHECK(x.dropped_total == 4);
  CHECK(x.reconnects_total == 5);
  CHECK(x.full_runs == 6);
  CHECK(x.volume_runs == 7);
  CHECK(x.container_runs == 8);
  CHECK(x.last_event == facts.last_event); // the daemon's time, not ours
  CHECK(x.last_reconnect == facts.last_reconnect);
  CHECK(x.verified_at == facts.verified_at);
}

TEST_CASE("a daemon that answers, but not what it is asked, is unhealthy") {
  auto facts = well();
  facts.troubles = {
      {resource_kind::volume, {ec::docker_refused, "500: out of order"}, now - second}};
  auto report = evaluate(facts, now);
  CHECK(report.status == unhealthy);
  CHECK(report.checks[0].status == unhealthy);
  CHECK(mentions(report.checks[0].reasons, "volumes could not be brought up to date"));
  CHECK(mentions(report.checks[0].reasons, "500: out of order"));
  CHECK(report.checks[1].status == healthy);
  CHECK(report.events.status == healthy);
}

TEST_CASE("a database that answers, but does not write, is unhealthy") {
  auto facts = well();
  facts.troubles = {{resource_kind::container, {ec::store_unreachable, "no space left"}, now}};
  auto report = evaluate(facts, now);
  CHECK(report.status == unhealthy);
  CHECK(report.checks[0].status == healthy);
  CHECK(report.checks[1].status == unhealthy);
  CHECK(mentions(report.checks[1].reasons, "containers could not be brought up to date"));
  CHECK(mentions(report.checks[1].reasons, "no space left"));
}

TEST_CASE(
    "rows that the database rejects are counted and the first is named, all else being well") {
  auto facts = well();
  facts.rejected = {{resource_kind::volume, 1, now - 125 * second, "volume \"v\" (too long)"},
                    {resource_kind::container, 3, now - second, "container \"c\" (too big)"}};
  const auto report = evaluate(facts, now);
  CHECK(report.status == healthy);
  REQUIRE(report.checks[1].reasons.size() == 2);
  CHECK(report.checks[1].reasons[0]
        == "1 volume row has been rejected by the database since 2023-11-14 22:11:15 UTC (2 min 5 "
           "s): volume \"v\" (too long)");
  CHECK(mentions(report.checks[1].reasons, "3 container rows have been rejected by the database"));
  CHECK(mentions(report.checks[1].reasons, "; the first: container \"c\" (too big)"));
}

TEST_CASE("without a stream the node is unhealthy, and says why and since when") {
  auto facts = well();
  facts.connected = false;
  facts.disconnected_since = now - 125 * second;
  facts.stream_reason = "the daemon refused the connection";
  auto report = evaluate(facts, now);
  CHECK(report.status == unhealthy);
  CHECK(report.events.status == unhealthy);
  CHECK_FALSE(report.events.connected);
  CHECK(mentions(report.events.reasons, "refused the connection"));
  CHECK(mentions(report.events.reasons, "since 2023-11-14 22:11:15 UTC (2 min 5 s)"));
}

TEST_CASE("without a stream there is a reason even if nobody has told one") {
  auto facts = well();
  facts.connected = false;
  auto reasons = evaluate(facts, now).events.reasons;
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0] == "Not connected to the Docker event stream.");
}

TEST_CASE(
    "a connected node without an event for the limit is degraded, one moment before it is not") {
  auto facts = well();
  facts.last_event_received = now - 300 * second + 1;
  CHECK(evaluate(facts, now).status == healthy);
  facts.last_event_received = now - 300 * second;
  auto report = evaluate(facts, now);
  CHECK(report.status == degraded);
  CHECK(report.events.status == degraded);
  CHECK(report.events.connected);
  CHECK(mentions(report.events.reasons, "5 min"));
  CHECK(mentions(report.events.reasons, "EVENTS_IDLE_DEGRADED_AFTER"));
}

TEST_CASE("idleness is counted from the connection when no event has come on it") {
  auto facts = well();
  facts.last_event_received = now - 3'000 * second;
  facts.connected_since = now - 10 * second;
  CHECK(evaluate(facts, now).status == healthy);
  facts.last_event_received = never;
  CHECK(evaluate(facts, now).status == healthy);
  facts.connected_since = now - 301 * second;
  auto report = evaluate(facts, now);
  CHECK(report.status == degraded);
  CHECK(mentions(report.events.reasons, "on this connection"));
}

TEST_CASE("our clock counts for idleness, not the daemon's") {
  auto facts = well();
  facts.last_event = now - 3'000 * second; // a daemon whose clock is wrong
  CHECK(evaluate(facts, now).status == healthy);
}

TEST_CASE("with a limit of 0 no silence is too long") {
  auto facts = well();
  facts.idle_degraded_after = {};
  facts.last_event_received = never;
  CHECK(evaluate(facts, now).status == healthy);
}

TEST_CASE("a clock that was set back makes nothing idle or stale") {
  auto facts = well();
  CHECK(evaluate(facts, now - 7'200 * second).status == healthy);
  CHECK_FALSE(stale(facts, now - 7'200 * second));
}

TEST_CASE("without a moment to count from nothing is idle or stale") {
  auto facts = well();
  facts.connected_since = facts.last_event_received = facts.verified_at = never;
  CHECK(evaluate(facts, now).status == healthy);
  CHECK_FALSE(stale(facts, now));
}

TEST_CASE("a disabled events system is not configured, and the rest decides") {
  health_facts facts;
  facts.database_up = true;
  auto report = evaluate(facts, now);
  CHECK(report.events.status == not_configured);
  CHECK_FALSE(report.events.connected);
  CHECK(mentions(report.events.reasons, "EVENTS_ENABLED"));
  CHECK(status_of(report, "docker") == not_configured);
  CHECK(status_of(report, "database") == healthy);
  CHECK(report.status == healthy);
  facts.docker_known = true;
  CHECK(evaluate(facts, now).status == unhealthy);
  facts.docker_answers = true;
  CHECK(status_of(evaluate(facts, now), "docker") == healthy);
}

TEST_CASE("a Docker that answers and refuses what the node needs is unhealthy, and it is said so") {
  auto facts = well();
  facts.docker_answers = false;
  facts.docker_refuses = true;
  facts.docker_reason = "the daemon answered 403";
  facts.docker_since = now - 60 * second;
  const auto report = evaluate(facts, now);
  CHECK(status_of(report, "docker") == unhealthy);
  CHECK(mentions(report.checks[0].reasons, "has refused what this node needs"));
  CHECK(mentions(report.checks[0].reasons, "the daemon answered 403"));
}

TEST_CASE("a Docker that does not answer is unhealthy, the others' checks aside") {
  auto facts = well();
  facts.docker_answers = false;
  facts.docker_reason = "no answer within 4 s";
  facts.docker_since = now - 60 * second;
  auto report = evaluate(facts, now);
  CHECK(report.status == unhealthy);
  CHECK(status_of(report, "docker") == unhealthy);
  CHECK(status_of(report, "database") == healthy);
  CHECK(report.events.status == healthy);
  CHECK(mentions(report.checks[0].reasons, "no answer within 4 s"));
  CHECK(mentions(report.checks[0].reasons, "(1 min)"));
}

TEST_CASE("a Docker that has not been asked yet is unhealthy while the events system needs it") {
  auto facts = well();
  facts.docker_known = false;
  auto report = evaluate(facts, now);
  CHECK(status_of(report, "docker") == unhealthy);
  CHECK(mentions(report.checks[0].reasons, "not answered yet"));
}

TEST_CASE("a database that is away is unhealthy, with its reason") {
  auto facts = well();
  facts.database_up = false;
  facts.database_reason = "connection refused";
  auto report = evaluate(facts, now);
  CHECK(report.status == unhealthy);
  CHECK(status_of(report, "database") == unhealthy);
  CHECK(mentions(report.checks[1].reasons, "connection refused"));
}

TEST_CASE("a database in which another node writes the rows is degraded, and nothing worse") {
  auto facts = well();
  facts.standby = true;
  facts.database_since = now - 60 * second;
  facts.database_reason = "another node writes the rows of host web-1";
  facts.troubles = {{resource_kind::volume, {ec::store_unreachable, "before that"}, now}};
  auto report = evaluate(facts, now);
  CHECK(report.status == degraded);
  CHECK(status_of(report, "database") == degraded);
  REQUIRE(report.checks[1].reasons.size() == 1);
  CHECK(report.checks[1].reasons[0]
        == "This node stands by since 2023-11-14 22:12:20 UTC (1 min): another node writes the "
           "rows of host web-1");
  facts.database_up = false; // and then it does not even answer
  CHECK(status_of(evaluate(facts, now), "database") == unhealthy);
}

TEST_CASE("what can't be inspected is named in a reason, and is no other status") {
  auto facts = well();
  facts.unverified = {
      {.kind = resource_kind::container,
       .count = 7,
       .first = {{"web (0123456789ab)", "500: no layer", now - 60 * second}}},
      {.kind = resource_kind::volume, .count = 1, .first = {{"nas", "hangs", never}}}};
  const auto x = evaluate(facts, now);
  CHECK(x.status == health_status::healthy);
  REQUIRE(x.events.reasons.size() == 2);
  CHECK(x.events.reasons[0].starts_with("7 containers can't be inspected"));
  CHECK(x.events.reasons[0].find("web (0123456789ab) since") != std::string::npos);
  CHECK(x.events.reasons[0].find("500: no layer") != std::string::npos);
  CHECK(x.events.reasons[0].ends_with("; …"));
  CHECK(x.events.reasons[1].starts_with("1 volume can't be inspected"));
}

TEST_CASE("volumes that the lists lack and that stay are named in a reason of their own") {
  auto facts = well();
  facts.unverified = {{.kind = resource_kind::volume,
                       .count = 0,
                       .first = {},
                       .kept = 3,
                       .first_kept = {{"pv1", "404: plugin nas not found", now - 60 * second}}}};
  const auto x = evaluate(facts, now);
  CHECK(x.status == health_status::healthy);
  REQUIRE(x.events.reasons.size() == 1);
  CHECK(x.events.reasons[0].starts_with("The daemon's list lacks 3 volumes"));
  CHECK(x.events.reasons[0].find("unverified: pv1 since") != std::string::npos);
  CHECK(x.events.reasons[0].find("(404: plugin nas not found); …") != std::string::npos);
}

TEST_CASE("rows that nothing has proven for a minute are a reason, but no other status") {
  auto facts = well();
  facts.verified_at = now - 60 * second;
  CHECK_FALSE(stale(facts, now));
  facts.verified_at = now - 61 * second;
  CHECK(stale(facts, now));
  auto report = evaluate(facts, now);
  CHECK(report.status == healthy);
  CHECK(mentions(report.events.reasons, "1 min 1 s ago"));
}

TEST_CASE("rows that were never proven are stale a minute after connecting") {
  auto facts = well();
  facts.verified_at = never;
  CHECK(stale(facts, now));
  CHECK(mentions(evaluate(facts, now).events.reasons, "not been proven"));
  facts.connected_since = now - 30 * second;
  CHECK_FALSE(stale(facts, now));
}

TEST_CASE("without a stream, or disabled, staleness is no news") {
  auto facts = well();
  facts.verified_at = now - 3'600 * second;
  facts.connected = false;
  CHECK_FALSE(stale(facts, now));
  facts.connected = true;
  facts.events_enabled = false;
  CHECK_FALSE(stale(facts, now));
}

TEST_CASE("one cause of several failures is told once in all checks") {
  auto facts = well();
  facts.connected = facts.docker_answers = facts.first_sync_done = false;
  facts.stream_reason = "couldn't open the event stream: there is no socket";
  facts.docker_reason = "couldn't ask who it is: there is no socket";
  facts.troubles = {{resource_kind::volume,
                     {ec::docker_unreachable, "couldn't list volumes: there is no socket"},
                     now - second},
                    {resource_kind::container,
                     {ec::docker_unreachable, "couldn't list containers: there is no socket"},
                     now}};
  auto report = evaluate(facts, now);
  auto reasons = report.events.reasons;
  for (const auto& check : report.checks)
    reasons.insert(reasons.end(), check.reasons.begin(), check.reasons.end());
  CHECK(
      std::ranges::count_if(
          reasons, [](const auto& x) { return x.find("there is no socket") != std::string::npos; })
      == 1);
  CHECK(mentions(report.events.reasons, "there is no socket"));
  CHECK(status_of(report, "docker") == unhealthy);
  CHECK(mentions(report.checks[0].reasons, "see events"));
  CHECK(mentions(report.events.reasons, "first full reconciliation is not done yet."));
}

TEST_CASE("both kinds that fail for one cause are one reason") {
  auto facts = well();
  const failure full{ec::store_unreachable, "writing: the disk is full"};
  facts.troubles = {{resource_kind::volume, full, now}, {resource_kind::container, full, now}};
  const auto database = evaluate(facts, now).checks[1];
  REQUIRE(database.reasons.size() == 1);
  CHECK(mentions(database.reasons, "The volumes and containers could not be"));
  CHECK(mentions(database.reasons, "the disk is full"));
}

TEST_CASE("a node that is not ready says why the first reconciliation is not done") {
  using reasons = std::vector<std::string>;
  auto facts = well();
  CHECK(not_ready_because(facts).empty());
  facts.first_sync_done = false;
  CHECK(not_ready_because(facts) == reasons{"the first full reconciliation is not done yet"});
  facts.troubles = {
      {resource_kind::volume, {ec::docker_timeout, "listing volumes: no answer in 10 s"}, now}};
  CHECK(not_ready_because(facts)
        == reasons{"the first full reconciliation is not done yet: the volumes could not be "
                   "brought up to date: listing volumes: no answer in 10 s"});
  facts.database_up = false;
  facts.database_reason = "asking sqlite: the disk is full";
  facts.troubles = {
      {resource_kind::volume, {ec::store_unreachable, "writing sqlite: the disk is full"}, now}};
  CHECK(not_ready_because(facts)
        == reasons{"the database is not ready: asking sqlite: the disk is full",
                   "the first full reconciliation is not done yet"});
  facts = well();
  facts.first_sync_done = facts.connected = false;
  facts.stream_reason = "refused";
  CHECK(not_ready_because(facts)
        == reasons{"Docker is not connected and the first full reconciliation is not done: "
                   "refused"});
}

TEST_CASE("the whole is as bad as the worst, and everything that is not healthy has a reason") {
  CHECK(rc::check([] {
    auto facts = well();
    facts.events_enabled = *rc::gen::arbitrary<bool>();
    facts.connected = *rc::gen::arbitrary<bool>();
    facts.docker_known = *rc::gen::arbitrary<bool>();
    facts.docker_answers = *rc::gen::arbitrary<bool>();
    facts.database_up = *rc::gen::arbitrary<bool>();
    facts.standby = *rc::gen::arbitrary<bool>();
    using moments = std::vector<timestamp>;
    facts.last_event_received =
        *rc::gen::elementOf(moments{never, now - 400 * second, now, now + 5 * second});
    facts.connected_since = *rc::gen::elementOf(moments{never, now - 400 * second, now});
    auto report = evaluate(facts, now);
    auto worst = report.events.status;
    RC_ASSERT(report.events.status == healthy || !report.events.reasons.empty());
    for (const auto& check : report.checks) {
      worst = std::max(worst, check.status);
      RC_ASSERT(check.status == healthy || check.status == not_configured
                || !check.reasons.empty());
    }
    RC_ASSERT(report.status == worst);
    RC_ASSERT(report.events.connected == (facts.events_enabled && facts.connected));
  }));
}

TEST_CASE("what a list has left out is a reason, and no status") {
  auto facts = well();
  facts.left_out[resource_kind::volume] = "1 entry of the list is left out.";
  facts.left_out[resource_kind::container] = "";
  const auto report = evaluate(facts, now);
  CHECK(report.status == healthy);
  CHECK(report.events.reasons == std::vector<std::string>{"1 entry of the list is left out."});
}
