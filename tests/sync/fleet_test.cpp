#include "tests/sync/fleet_bench.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

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
