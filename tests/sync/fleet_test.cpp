#include "sync/fleet.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <set>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

constexpr timestamp start = 1'700'000'000'000'000'000;

struct hub {
  fleet all;
  std::chrono::nanoseconds passed{0};

  moment now() const {
    return {.wall = start + passed.count(),
            .steady = std::chrono::steady_clock::time_point{passed + 1h}};
  }
  fleet::admission admit(const std::string& host, std::uint64_t incarnation,
                         std::uint64_t acked = 0, const std::string& engine = {}) {
    return all.admit({.host = host,
                      .program_version = "1",
                      .engine_id = engine,
                      .incarnation = incarnation,
                      .acked = acked},
                     "node-" + std::to_string(incarnation), now());
  }
  host_report of(const std::string& host) const {
    const auto known = all.report();
    const auto x = std::ranges::find(known, host, &host_report::host);
    REQUIRE(x != known.end());
    return *x;
  }
  static host_report row(const std::string& host, timestamp seen) {
    host_report x;
    x.host = host;
    x.last_heard = seen;
    return x;
  }
};

} // namespace

TEST_CASE("an admitted agent is connected from that moment") {
  hub x;
  const auto in = x.admit("a", 1);
  CHECK(in.refused.empty());
  CHECK(in.session != 0);
  CHECK(in.replaced == 0);
  CHECK(x.of("a").connected);
  CHECK(x.of("a").since == start);
  CHECK(x.all.connected() == 1);
}

TEST_CASE("a second agent of a name is refused, with the address of the first") {
  hub x;
  x.admit("a", 1);
  x.passed = 3s;
  const auto second = x.admit("a", 2);
  CHECK(second.refused.find("another agent reports as 'a'") != std::string::npos);
  CHECK(second.refused.find("node-1") != std::string::npos);
  CHECK(x.of("a").address == "node-1");
}

TEST_CASE("an agent without heartbeats for too long loses its name") {
  hub x;
  const auto first = x.admit("a", 1);
  x.passed = 8s;
  CHECK(x.all.silent_sessions(x.now()) == std::vector{first.session});
  const auto second = x.admit("a", 2);
  CHECK(second.refused.empty());
  CHECK(second.replaced == first.session);
  CHECK_FALSE(x.all.record_heartbeat(first.session, {}, x.now()));
  CHECK(x.all.record_heartbeat(second.session, {}, x.now()));
}

TEST_CASE("heartbeats keep a session alive") {
  hub x;
  const auto in = x.admit("a", 1);
  for (int i = 0; i < 20; ++i) {
    x.passed += 2s;
    CHECK(x.all.record_heartbeat(in.session, {}, x.now()));
    CHECK(x.all.silent_sessions(x.now()).empty());
  }
}

TEST_CASE("an agent that reconnects replaces its own session at once") {
  hub x;
  const auto first = x.admit("a", 1);
  const auto second = x.admit("a", 1);
  CHECK(second.refused.empty());
  CHECK(second.replaced == first.session);
  CHECK(x.all.connected() == 1);
}

TEST_CASE("an agent whose batches the hub knows needs no snapshot") {
  hub x;
  const auto first = x.admit("a", 1);
  x.all.committed(first.session, 5);
  x.all.end_session(first.session, "gone", x.now());
  CHECK_FALSE(x.admit("a", 1, 5).snapshot);
}

TEST_CASE("a hub that lacks acknowledged batches requests a snapshot") {
  hub x;
  CHECK(x.admit("a", 1, 5).snapshot); // the hub was restarted
  hub y;
  const auto first = y.admit("a", 1);
  y.all.committed(first.session, 4);
  y.all.end_session(first.session, "gone", y.now());
  CHECK(y.admit("a", 1, 5).snapshot);
}

TEST_CASE("a restarted agent needs no snapshot, since it begins with lists") {
  hub x;
  x.admit("a", 1);
  x.passed = 1min;
  CHECK_FALSE(x.admit("a", 2, 0).snapshot);
}

TEST_CASE("a different daemon under the same name is reported") {
  hub x;
  const auto first = x.admit("a", 1, 0, "one");
  CHECK_FALSE(first.new_engine);
  x.all.end_session(first.session, "gone", x.now());
  CHECK_FALSE(x.admit("a", 2, 0, "one").new_engine);
  x.passed = 1min;
  CHECK(x.admit("a", 3, 0, "two").new_engine);
}

TEST_CASE("a host whose session has ended is away, with the reason") {
  hub x;
  const auto in = x.admit("a", 1);
  x.passed = 5s;
  CHECK(x.all.end_session(in.session, "the cable", x.now()) == "a");
  const auto away = x.of("a");
  CHECK_FALSE(away.connected);
  CHECK(away.since == start + 5'000'000'000);
  CHECK(away.away_reason == "the cable");
  CHECK(away.status == health_status::unhealthy);
}

TEST_CASE("the end of a replaced session does not change the host") {
  hub x;
  const auto first = x.admit("a", 1);
  x.admit("a", 1);
  CHECK_FALSE(x.all.end_session(first.session, "old", x.now()));
  CHECK(x.of("a").connected);
}

TEST_CASE("a heartbeat updates the host's report, by the hub's clock") {
  hub x;
  const auto in = x.admit("a", 1);
  x.passed = 10s;
  x.all.record_heartbeat(in.session,
                         {.token = {},
                          .engine_id = "e",
                          .engine_version = "20",
                          .connected = true,
                          .status = health_status::degraded,
                          .queue_size = 3,
                          .verified_ago_ms = 1500,
                          .reasons = {"idle"}},
                         x.now());
  const auto known = x.of("a");
  CHECK(known.engine_version == "20");
  CHECK(known.stream_connected);
  CHECK(known.status == health_status::degraded);
  CHECK(known.queue_size == 3);
  CHECK(known.verified_at == start + 8'500'000'000);
  CHECK(known.reasons == std::vector<std::string>{"idle"});
}

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

TEST_CASE("hosts of the database that do not report are away since they were last heard") {
  hub x;
  x.all.merge_recorded({hub::row("a", start - 3'600'000'000'000)}, x.now());
  CHECK_FALSE(x.of("a").connected);
  CHECK(x.of("a").since == start - 3'600'000'000'000);
  x.admit("a", 1);
  CHECK(x.of("a").connected);
}

TEST_CASE("a host that another node writes is not away") {
  hub x;
  x.all.merge_recorded({hub::row("other", start - 5'000'000'000)}, x.now());
  CHECK(x.all.report().empty());
  x.passed = 2min;
  x.all.merge_recorded({hub::row("other", start - 5'000'000'000)}, x.now());
  CHECK_FALSE(x.of("other").connected);
  x.all.merge_recorded({hub::row("other", start + 119'000'000'000)}, x.now());
  CHECK(x.all.report().empty());
}

TEST_CASE("a host whose row was deleted is forgotten once it is away") {
  hub x;
  const auto in = x.admit("a", 1);
  x.all.merge_recorded({}, x.now());
  CHECK(x.of("a").connected);
  x.all.end_session(in.session, "retired", x.now());
  x.all.merge_recorded({}, x.now());
  CHECK(x.all.report().empty());
}

TEST_CASE("a name has one session at a time, in any order of calls") {
  CHECK(rc::check([] {
    hub x;
    std::set<std::uint64_t> live;
    for (int i = 0; i < 60; ++i) {
      x.passed += std::chrono::milliseconds{*rc::gen::inRange(0, 4000)};
      const auto host = std::string(1, static_cast<char>(*rc::gen::inRange<int>('a', 'd')));
      switch (*rc::gen::inRange(0, 4)) {
      case 0: {
        const auto in = x.admit(host, *rc::gen::inRange<std::uint64_t>(1, 4));
        live.erase(in.replaced);
        if (in.refused.empty())
          RC_ASSERT(live.insert(in.session).second);
        break;
      }
      case 1:
        if (!live.empty()) {
          RC_ASSERT(x.all.end_session(*live.begin(), "gone", x.now()));
          live.erase(live.begin());
        }
        break;
      case 2:
        if (!live.empty())
          RC_ASSERT(x.all.record_heartbeat(*live.begin(), {}, x.now()));
        break;
      default:
        for (auto session : x.all.silent_sessions(x.now())) {
          RC_ASSERT(live.erase(session) == 1U);
          x.all.end_session(session, "silent", x.now());
        }
      }
      RC_ASSERT(x.all.connected() == live.size());
      const auto known = x.all.report();
      RC_ASSERT(std::ranges::count(known, true, &host_report::connected)
                == static_cast<std::ptrdiff_t>(live.size()));
    }
  }));
}
