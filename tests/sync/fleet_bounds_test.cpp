// Bounds of what a hub keeps of its agents: sizes, texts and times.
#include "tests/sync/fleet_bench.hpp"

#include <doctest/doctest.h>

#include <limits>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

TEST_CASE("the size of what a hub keeps of any heartbeat is bounded") {
  hub x;
  const std::string long_text(100'000, 'x');
  const auto in = x.all.admit(
      {.host = "a", .program_version = long_text, .engine_id = long_text, .incarnation = 1}, "node",
      x.now());
  CHECK(x.of("a").program_version.size() == 128);
  CHECK(x.of("a").engine_id.size() == 128);
  link_heartbeat heartbeat;
  heartbeat.engine_id = heartbeat.engine_version = long_text;
  heartbeat.status = static_cast<health_status>(200);
  heartbeat.reasons.assign(100, long_text);
  for (const auto ago : {std::numeric_limits<std::int64_t>::max(), std::int64_t{-2},
                         std::numeric_limits<std::int64_t>::min()}) {
    heartbeat.verified_ago_ms = ago;
    CHECK(x.all.record_heartbeat(in.session, heartbeat, x.now()));
    CHECK(x.of("a").verified_at < start);
  }
  const auto known = x.of("a");
  CHECK(known.engine_version.size() == 128);
  CHECK(known.status == health_status::unhealthy);
  CHECK(known.reasons.size() == 32);
  CHECK(known.reasons[31].size() == 500);
}

TEST_CASE("a text is not cut inside a character") {
  link_heartbeat heartbeat;
  heartbeat.reasons = {"x", std::string(499, 'x') + "\u00e4"};
  bound(heartbeat);
  CHECK(heartbeat.reasons[0] == "x");
  CHECK(heartbeat.reasons[1] == std::string(499, 'x'));
}

TEST_CASE("texts of an agent become one line of valid UTF-8, for any bytes") {
  hub x;
  const auto in = x.all.admit(
      {.host = "a", .program_version = "1.0\xff\n", .engine_id = "\xc3", .incarnation = 1}, "node",
      x.now());
  CHECK(x.of("a").program_version == "1.0\ufffd ");
  CHECK(x.of("a").engine_id == "\ufffd");
  link_heartbeat heartbeat;
  heartbeat.engine_id = "\xed\xa0\x80";
  heartbeat.engine_version = "26\x1b[2J";
  heartbeat.reasons = {"\xff", "two\nlines", std::string(500, '\xff')};
  CHECK(x.all.record_heartbeat(in.session, heartbeat, x.now()));
  const auto known = x.of("a");
  CHECK(known.engine_id == "\ufffd\ufffd\ufffd");
  CHECK(known.engine_version == "26 [2J");
  CHECK(known.reasons[0] == "\ufffd");
  CHECK(known.reasons[1] == "two lines");
  CHECK(known.reasons[2].size() <= 500);
}

TEST_CASE("the host facts of a batch are bounded, and their times are in range") {
  using limits = std::numeric_limits<timestamp>;
  host_facts facts{.engine_id = std::string(100'000, 'x'),
                   .engine_version = "\xff",
                   .last_seen_at = limits::max(),
                   .verified_at = limits::min()};
  bound(facts);
  CHECK(facts.engine_id.size() == 128);
  CHECK(facts.engine_version == "\ufffd");
  CHECK(facts.verified_at == never);
  CHECK(facts.last_seen_at > start);
  CHECK(facts.last_seen_at < limits::max() / 2);
  host_facts usual{
      .engine_id = "e", .engine_version = "20", .last_seen_at = start, .verified_at = start - 1};
  const auto before = usual;
  bound(usual);
  CHECK(usual == before);
}

TEST_CASE("times of the database that are out of range are moved into it") {
  using limits = std::numeric_limits<timestamp>;
  hub x;
  auto row = hub::row("a", limits::min());
  row.verified_at = limits::min() + 1;
  x.all.merge_recorded({row}, x.now());
  CHECK(x.of("a").since == never);
  CHECK(x.of("a").last_heard == never);
  CHECK(x.of("a").verified_at == never);
  CHECK_FALSE(x.of("a").connected);
}
