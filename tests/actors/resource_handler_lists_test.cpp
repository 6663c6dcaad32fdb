// When a handler lists its kind, and what a list finds.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_container;
using support::some_volume;
using strings = std::vector<std::string>;

TEST_CASE("when many resources wait, one list replaces their inspects") {
  handler_rig rig;
  rig.limits.list_above = 10;
  rig.start(volume_kind);
  rig.docker.create_volume(some_volume("first"));
  rig.docker.during_next(docker_call::inspect_volume, [&] {
    for (int i = 0; i < 30; ++i)
      rig.docker.create_volume(some_volume("v" + std::to_string(i)));
    rig.post();
  });
  rig.deliver();
  CHECK(rig.docker.inspected() == strings{"first"});
  CHECK(rig.lists() == 1);
  REQUIRE(rig.metrics->lists.size() == 1);
  CHECK(contains(rig.metrics->lists[0].reasons, list_reason::escalation));
  CHECK(rig.metrics->processed() == 31);
  CHECK(rig.agrees());
}

TEST_CASE("an overflow lists the kind, and again when the API has caught up") {
  handler_rig rig;
  rig.start(volume_kind, 5);
  for (int i = 0; i < 20; ++i)
    rig.docker.create_volume(some_volume("v" + std::to_string(i)));
  rig.deliver();
  CHECK(rig.slot->dropped == 15);
  CHECK(rig.metrics->processed() == 5);
  CHECK(rig.lists() == 1);
  CHECK(contains(rig.metrics->lists.at(0).reasons, list_reason::overflow));
  CHECK(rig.agrees());
  CHECK_FALSE(rig.slot->overflow);
  rig.advance(2s);
  CHECK(rig.lists() == 2);
  rig.advance(1min);
  CHECK(rig.lists() == 2);
}

TEST_CASE_FIXTURE(volume_handler_rig, "a prune lists the kind") {
  docker.silently([this] { docker.create_volume(some_volume("v")); });
  docker.announce(volume_kind, "prune", "");
  deliver();
  CHECK(lists() == 1);
  CHECK(inspects() == 0);
  CHECK(metrics->processed() == 1);
  CHECK(agrees());
}

TEST_CASE_FIXTURE(volume_handler_rig, "the reconciler gets the begin and the end of a list") {
  docker.silently([this] { docker.create_volume(some_volume("v")); });
  docker.during_next(docker_call::list_volumes, [this] { elapse(40ms); });
  list(list_reason::demand, 7);
  REQUIRE(reconciler->listings.size() == 1);
  CHECK(reconciler->listings[0] == std::pair{volume_kind, std::uint64_t{7}});
  REQUIRE(reconciler->lists.size() == 1);
  const auto& report = reconciler->lists[0];
  CHECK(report.ok);
  CHECK(report.run_id == 7);
  CHECK(report.found == 1);
  CHECK(report.created == 1);
  CHECK(report.removed == 0);
  CHECK(report.seconds == doctest::Approx(0.04));
  CHECK(metrics->lists.size() == 1);
}

TEST_CASE_FIXTURE(container_handler_rig,
                  "containers are inspected for the times that a list lacks") {
  docker.silently([this] { docker.run_container(some_container("c")); });
  list();
  CHECK(docker.inspected() == strings{"c"});
  CHECK(rows().containers.at("c").started_at == docker.containers().at("c").started_at);
  CHECK(agrees());
  list(); // nothing has changed
  CHECK(inspects() == 1);
}

TEST_CASE("a restarted container gets its new times although its list entry is the same") {
  handler_rig rig;
  rig.limits.list_above = 3;
  rig.start(container_kind);
  for (int i = 0; i < 10; ++i)
    rig.docker.run_container(some_container("c" + std::to_string(i)));
  rig.deliver();
  rig.advance(1min);
  for (int i = 0; i < 10; ++i)
    rig.docker.stop_container("c" + std::to_string(i));
  for (int i = 0; i < 10; ++i)
    rig.docker.start_container("c" + std::to_string(i));
  // They come during one fetch: so many that the kind is listed.
  rig.docker.announce(container_kind, "health_status: healthy", "c0");
  rig.docker.during_next(docker_call::inspect_container, [&] { rig.post(); });
  rig.send(rig.handler, atom::recheck_v, strings{"c0"});
  const auto lists = rig.lists();
  rig.run();
  CHECK(rig.lists() > lists);
  rig.advance(3s);
  CHECK(rig.differences() == "");
}

TEST_CASE_FIXTURE(container_handler_rig, "a restart without an event is found after a reconnect") {
  docker.run_container(some_container("c"));
  deliver();
  advance(1min);
  docker.silently([this] {
    docker.stop_container("c");
    docker.start_container("c");
  });
  list(list_reason::reconnect);
  CHECK(differences() == "");
  CHECK(rows().containers.at("c").started_at == now());
}

TEST_CASE_FIXTURE(container_handler_rig,
                  "rows of a restored database are repaired, with their times") {
  docker.run_container(some_container("c"));
  deliver();
  const auto before = rows();
  advance(1min);
  docker.stop_container("c");
  docker.start_container("c");
  deliver();
  advance(10s);
  send(handler, atom::barrier_v, now());
  advance(1min);
  store->meddle(host, [&](support::memory_rows& x) { x = before; });
  store->meddle(host, [&](support::memory_rows& x) { x.facts.verified_at = now(); });
  list(list_reason::lost_rows);
  CHECK(differences() == "");
  CHECK(rows().containers.at("c").started_at == docker.containers().at("c").started_at);
}
