// What a reader does with clocks that differ, or are set.

#include "tests/actors/reading_rig.hpp"

#include <doctest/doctest.h>

#include <atomic>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::some_volume;

TEST_CASE("barriers use our clock, whatever the daemon's shows") {
  for (const auto skew : {-1h, 1h}) {
    stream_rig rig{skew};
    rig.start();
    rig.docker.create_volume(some_volume("v"));
    rig.settle();
    const auto opened = rig.now();
    rig.advance(5s);
    REQUIRE(rig.reconciler->barriers.size() == 1);
    CHECK(rig.reconciler->barriers[0] == opened + 3'000'000'000);
  }
}

TEST_CASE_FIXTURE(reading, "a set clock of the daemon leads to a new stream") {
  for (const auto by : {10s, -10s}) {
    CAPTURE(by.count());
    advance(10s);
    const auto before = reconciler->barriers.size();
    containers->reconciles.clear();
    docker.set_clock(by);
    advance(5s);
    CHECK_FALSE(connected());
    // The ages in its lists prove nothing.
    REQUIRE(containers->reconciles.size() == 1);
    CHECK(containers->reconciles[0].first == list_reason::lost_rows);
    CHECK(last().why.text.find("clock was set") != std::string::npos);
    CHECK(reconciler->barriers.size() == before);
    reconnect();
    REQUIRE(connected());
    // In steps of time: the stream may have been opened before the last one.
    const auto opened = now();
    advance(5s);
    REQUIRE(reconciler->barriers.size() == before + 1);
    CHECK(reconciler->barriers.back() <= opened + 3'000'000'000);
    CHECK(reconciler->barriers.back() > opened + 2'900'000'000);
  }
}

TEST_CASE("a set clock of ours leads to a new stream") {
  for (const auto by : {700ms, -700ms, 3'600'000ms, -3'600'000ms}) {
    CAPTURE(by.count());
    stream_rig rig;
    std::atomic<timestamp> ahead{0};
    rig.context->now = [&ahead, real = rig.context->now] { return real() + ahead; };
    rig.start();
    rig.docker.create_volume(some_volume("v"));
    rig.settle();
    rig.advance(10s);
    CHECK(rig.reconciler->barriers.size() == 2);
    ahead = std::chrono::nanoseconds{by}.count();
    rig.advance(5s);
    CHECK_FALSE(rig.connected());
    CHECK(rig.last().why.text.find("our clock was set") != std::string::npos);
    CHECK(rig.reconciler->barriers.size() == 2);
    rig.settle_end();
  }
}

TEST_CASE_FIXTURE(reading, "a clock that is corrected gradually does not count as set") {
  for (int i = 0; i < 12; ++i) {
    docker.set_clock(2ms);
    advance(5s);
  }
  CHECK(connected());
  CHECK(docker.streams_made() == 1);
}
