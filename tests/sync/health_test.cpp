#include "tests/sync/health_bench.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

TEST_CASE("a node without trouble is healthy and gives no reason") {
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

TEST_CASE("the report contains the counters") {
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

TEST_CASE("a daemon that answers pings but fails fetches is unhealthy") {
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

TEST_CASE("a database that answers pings but fails writes is unhealthy") {
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

TEST_CASE("a disabled events system is not configured, so the other checks decide") {
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

TEST_CASE("a Docker that refuses what the node needs is unhealthy, with that reason") {
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

TEST_CASE("a Docker that does not answer is unhealthy, and the other checks are not affected") {
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

TEST_CASE("a standby node is degraded") {
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

TEST_CASE("one cause of several failures is named once in all checks") {
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

TEST_CASE(
    "the node is as unhealthy as its worst check, and every status but healthy has a reason") {
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
