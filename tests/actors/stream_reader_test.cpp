// What a reader hands over to the handlers.

#include "tests/actors/reading_rig.hpp"

#include <doctest/doctest.h>

#include <utility>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::some_container;
using support::some_volume;

namespace {

const failure broken{ec::docker_unreachable, "connection reset"};

} // namespace

TEST_CASE_FIXTURE(reading, "events reach the handler of their kind in their order") {
  docker.create_volume(some_volume("a"));
  docker.run_container(some_container("c"));
  docker.create_volume(some_volume("b"));
  settle();
  REQUIRE(volumes->events.size() == 2);
  CHECK(volumes->events[0].id == "a");
  CHECK(volumes->events[1].id == "b");
  REQUIRE(containers->events.size() == 2);
  CHECK(containers->events[0].action == "create");
  CHECK(containers->events[1].action == "start");
  CHECK(memory->last_event == volumes->events[1].time);
  CHECK(memory->last_event_received == now());
}

TEST_CASE_FIXTURE(reading, "an event that the stream shows twice is sent once") {
  docker.create_volume(some_volume("a"));
  docker.repeat(docker.remembered().back());
  settle();
  CHECK(volumes->events.size() == 1);
}

TEST_CASE_FIXTURE(reading,
                  "a replay after a reconnect is recognised, and its new events are sent") {
  docker.create_volume(some_volume("before"));
  settle();
  docker.end_streams(broken);
  settle_end();
  docker.create_volume(some_volume("between"));
  until_next_stream();
  settle();
  REQUIRE(connected());
  REQUIRE(volumes->events.size() == 2);
  CHECK(volumes->events[1].id == "between");
}

TEST_CASE_FIXTURE(reading, "a malformed line lists both kinds and counts as failed") {
  docker.damage({ec::docker_malformed, "no JSON"});
  settle();
  const std::vector expected{std::pair{list_reason::damaged, std::uint64_t{0}}};
  CHECK(volumes->reconciles == expected);
  CHECK(containers->reconciles == expected);
  CHECK(numbers->events.failed_total() == 1);
  CHECK(connected());
}

TEST_CASE("a reader that fell too far behind the daemon lists both kinds once") {
  stream_rig rig;
  rig.parts.reader.audits.backlog = 3;
  rig.start();
  const auto then = rig.now();
  const auto show = [&](timestamp at) {
    rig.docker.repeat({.kind = resource_kind::volume, .action = "create", .id = "v", .time = at});
    rig.settle();
  };
  rig.elapse(1s);
  show(then + 1);
  show(then + 2);
  show(rig.now());
  show(then + 3);
  show(then + 4);
  CHECK(rig.volumes->reconciles.empty());
  show(then + 5);
  show(then + 6);
  const std::vector expected{std::pair{list_reason::lost_events, std::uint64_t{0}}};
  CHECK(rig.volumes->reconciles == expected);
  CHECK(rig.containers->reconciles == expected);
}
