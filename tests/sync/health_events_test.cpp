// The check `events`: the stream, idleness, and rows that are not verified.

#include "sync/events_health.hpp"
#include "tests/sync/health_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

TEST_CASE("a node without a stream is unhealthy and says why and since when") {
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

TEST_CASE("a node without a stream gives a reason even when the cause is unknown") {
  auto facts = well();
  facts.connected = false;
  auto reasons = evaluate(facts, now).events.reasons;
  REQUIRE(reasons.size() == 1);
  CHECK(reasons[0] == "Not connected to the Docker event stream.");
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

TEST_CASE("idleness is measured by our clock, not the daemon's") {
  auto facts = well();
  facts.last_event = now - 3'000 * second; // a daemon whose clock is wrong
  CHECK(evaluate(facts, now).status == healthy);
}

TEST_CASE("with a limit of 0 the stream is never idle") {
  auto facts = well();
  facts.idle_degraded_after = {};
  facts.last_event_received = never;
  CHECK(evaluate(facts, now).status == healthy);
}

TEST_CASE("a clock that was set back does not make the stream idle or the rows stale") {
  auto facts = well();
  CHECK(evaluate(facts, now - 7'200 * second).status == healthy);
  CHECK_FALSE(stale(facts, now - 7'200 * second));
}

TEST_CASE("a stream without a start time is neither idle nor stale") {
  auto facts = well();
  facts.connected_since = facts.last_event_received = facts.verified_at = never;
  CHECK(evaluate(facts, now).status == healthy);
  CHECK_FALSE(stale(facts, now));
}

TEST_CASE("resources that can't be inspected are a reason but do not change the status") {
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

TEST_CASE("kept volumes that the lists lack are a reason of their own") {
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

TEST_CASE("rows not verified for a minute are a reason but do not change the status") {
  auto facts = well();
  facts.verified_at = now - 60 * second;
  CHECK_FALSE(stale(facts, now));
  facts.verified_at = now - 61 * second;
  CHECK(stale(facts, now));
  auto report = evaluate(facts, now);
  CHECK(report.status == healthy);
  CHECK(mentions(report.events.reasons, "1 min 1 s ago"));
}

TEST_CASE("rows that were never verified are stale a minute after connecting") {
  auto facts = well();
  facts.verified_at = never;
  CHECK(stale(facts, now));
  CHECK(mentions(evaluate(facts, now).events.reasons, "not been proven"));
  facts.connected_since = now - 30 * second;
  CHECK_FALSE(stale(facts, now));
}

TEST_CASE("rows are not called stale without a stream or when events are disabled") {
  auto facts = well();
  facts.verified_at = now - 3'600 * second;
  facts.connected = false;
  CHECK_FALSE(stale(facts, now));
  facts.connected = true;
  facts.events_enabled = false;
  CHECK_FALSE(stale(facts, now));
}

TEST_CASE("entries that a list has left out are a reason but do not change the status") {
  auto facts = well();
  facts.left_out[resource_kind::volume] = "1 entry of the list is left out.";
  facts.left_out[resource_kind::container] = "";
  const auto report = evaluate(facts, now);
  CHECK(report.status == healthy);
  CHECK(report.events.reasons == std::vector<std::string>{"1 entry of the list is left out."});
}
