// What audits prove, when lists replace what they can't prove, and how often they ask. A daemon
// remembers 256 events of all types.

#include "actors/inventory/docker_inspector.hpp"
#include "actors/platform/shell.hpp"
#include "actors/stream/stream_reader.hpp"
#include "tests/actors/reading_rig.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_volume;

TEST_CASE_FIXTURE(reading, "a complete stream sends a barrier every few seconds") {
  docker.create_volume(some_volume("v"));
  settle();
  const auto opened = now();
  advance(5s);
  REQUIRE(reconciler->barriers.size() == 1);
  // What is younger than two seconds may still be on its way.
  CHECK(reconciler->barriers[0] == opened + 3'000'000'000);
  advance(5s);
  REQUIRE(reconciler->barriers.size() == 2);
  CHECK(reconciler->barriers[1] == opened + 8'000'000'000);
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "both kinds are listed after a daemon was slow to answer") {
  const auto hang = [this](std::chrono::milliseconds span) {
    hold([](caf::scheduled_actor& x) {
      return dynamic_cast<shell<docker_inspector>*>(&x) != nullptr;
    });
    advance(span);
    hold(nullptr);
    run();
  };
  docker.create_volume(some_volume("v"));
  settle();
  hang(6'500ms); // the audit was asked for after five seconds
  const std::pair listed{list_reason::lost_events, std::uint64_t{0}};
  CHECK(volumes->reconciles == std::vector{listed});
  CHECK(containers->reconciles == std::vector{listed});
  CHECK(reconciler->barriers.size() == 1); // it waits behind the lists
  for (int i = 0; i < 10; ++i)
    hang(6'500ms);
  CHECK(volumes->reconciles.size() > 3); // it is slow all the time
  CHECK(volumes->reconciles.size() < 7);
  advance(15s);
  const auto before = volumes->reconciles.size();
  advance(1min);
  CHECK(volumes->reconciles.size() == before);
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "both kinds are listed after an audit that began late") {
  docker.create_volume(some_volume("v"));
  settle();
  hold([](caf::scheduled_actor& x) { return dynamic_cast<shell<stream_reader>*>(&x) != nullptr; });
  advance(6'500ms);
  hold(nullptr);
  run();
  const std::pair listed{list_reason::lost_events, std::uint64_t{0}};
  CHECK(volumes->reconciles == std::vector{listed});
  CHECK(containers->reconciles == std::vector{listed});
  CHECK(connected());
}

TEST_CASE_FIXTURE(reading, "a daemon that remembers no event is not a loss") {
  docker.create_volume(some_volume("v"));
  settle();
  docker.forget_events();
  advance(1min);
  CHECK(connected());
  CHECK(docker.streams_made() == 1);
  // It may have been restarted, and the end of its stream not be read yet: both kinds are listed.
  CHECK(volumes->reconciles.size() == 4);
  CHECK(reconciler->barriers.size() == 4);
}

TEST_CASE_FIXTURE(reading,
                  "both kinds are listed before a barrier when unread events were forgotten") {
  advance(2500ms);
  docker.unseen([this] { docker.create_volume(some_volume("v")); });
  advance(500ms);
  docker.chatter(256);
  advance(2s);
  const std::vector expected{std::pair{list_reason::lost_events, std::uint64_t{0}}};
  CHECK(volumes->reconciles == expected);
  CHECK(containers->reconciles == expected);
  CHECK(reconciler->barriers.size() == 1);
  CHECK(connected());
}

TEST_CASE("a daemon that has forgotten nothing since the last audit proves it") {
  reading rig{1h};
  for (int i = 0; i < 12; ++i) {
    rig.advance(1s);
    rig.docker.chatter(40);
  }
  rig.advance(5s);
  CHECK(rig.volumes->reconciles.empty());
  CHECK(rig.reconciler->barriers.size() >= 3);
}

TEST_CASE("an idle daemon is proven by its last event") {
  reading rig{1h};
  rig.advance(1min);
  CHECK(rig.volumes->reconciles.empty());
  CHECK(rig.reconciler->barriers.size() == 12);
}

TEST_CASE("a restarted daemon that remembers nothing proves nothing") {
  reading rig{1h};
  rig.advance(2500ms);
  rig.docker.unseen([&rig] { rig.docker.create_volume(some_volume("v")); });
  rig.docker.forget_events();
  rig.advance(2500ms);
  CHECK(rig.volumes->reconciles.size() == 1);
  CHECK(rig.reconciler->barriers.size() == 1);
}

TEST_CASE_FIXTURE(reading, "an event of the last second proves everything before it") {
  advance(4900ms);
  docker.chatter(300);
  docker.create_volume(some_volume("v"));
  settle();
  advance(100ms);
  CHECK(volumes->reconciles.empty());
  CHECK(reconciler->barriers.size() == 1);
}

TEST_CASE_FIXTURE(reading, "an event shown seconds ago proves nothing after it") {
  advance(3s);
  docker.create_volume(some_volume("v"));
  settle();
  docker.chatter(255);
  advance(2s);
  CHECK(volumes->reconciles.size() == 1);
}

TEST_CASE("audits keep pace with a daemon that forgets sooner") {
  // 100 and 400 containers with a health check every five seconds: three events each.
  for (const auto tenth : {6u, 24u}) {
    CAPTURE(tenth);
    reading rig;
    for (int i = 0; i < 600; ++i) {
      rig.docker.chatter(tenth);
      rig.advance(100ms);
    }
    CHECK(rig.volumes->reconciles.size() == 1); // until it has learnt
    CHECK(rig.reconciler->barriers.size() > 30);
    rig.advance(1min);
    const auto before = rig.docker.calls(docker_call::events);
    rig.advance(1min);
    CHECK(rig.docker.calls(docker_call::events) == before + 12);
  }
}

TEST_CASE_FIXTURE(reading,
                  "a daemon that forgets too fast for audits is listed a few times a minute") {
  for (int i = 0; i < 600; ++i) {
    docker.chatter(60);
    advance(100ms);
  }
  CHECK(volumes->reconciles.size() >= 3);
  CHECK(volumes->reconciles.size() <= 4);
  CHECK(reconciler->barriers.size() == volumes->reconciles.size());
}
