// What a handler does with hints while Docker and the database answer: when it fetches, what it
// writes, and what it reports.

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

namespace {

bool contains(const std::vector<list_reason>& reasons, list_reason x) {
  return std::ranges::find(reasons, x) != reasons.end();
}

} // namespace

TEST_CASE_FIXTURE(volume_handler_rig, "an event needs one fetch and one write") {
  docker.create_volume(some_volume("v"));
  deliver();
  CHECK(docker.inspected() == strings{"v"});
  CHECK(lists() == 0);
  CHECK(store->transactions().size() == 1);
  CHECK(rows().volumes.contains("v"));
  CHECK(metrics->processed() == 1);
  CHECK(slot->settled == 1);
}

TEST_CASE_FIXTURE(container_handler_rig,
                  "a hundred events of one container need two fetches at most") {
  docker.create_container(some_container("c"));
  // They come while the first fetch is in flight: its answer may be older than they are.
  docker.during_next(docker_call::inspect_container, [this] {
    for (int i = 0; i < 99; ++i)
      docker.announce(container_kind, "health_status: healthy", "c");
    post();
  });
  deliver();
  CHECK(inspects() == 2);
  CHECK(metrics->processed() == 100);
  CHECK(agrees());
}

TEST_CASE("an event that the API may lag behind is followed by a delayed recheck") {
  for (const auto& meaning : event_catalogue()) {
    if (meaning.whole_kind)
      continue;
    CAPTURE(meaning.event_type);
    CAPTURE(meaning.action);
    handler_rig rig;
    rig.start(meaning.kind);
    rig.docker.announce(meaning.kind, std::string{meaning.action}, "x");
    rig.deliver();
    CHECK(rig.inspects() == 1);
    rig.advance(1499ms);
    CHECK(rig.inspects() == 1);
    rig.advance(2ms);
    CHECK(rig.inspects() == (meaning.lags ? 2 : 1));
    rig.advance(10s);
    CHECK(rig.inspects() == (meaning.lags ? 2 : 1));
    CHECK(rig.metrics->processed() == 1); // counted once, however often it is looked at
  }
}

TEST_CASE_FIXTURE(container_handler_rig,
                  "the delayed recheck finds what the API had not shown yet") {
  docker.run_container(some_container("c"));
  deliver();
  docker.announce(container_kind, "die", "c");
  deliver();
  CHECK(rows().containers.at("c").state == "running");
  docker.silently([this] { docker.stop_container("c"); });
  advance(1500ms);
  CHECK(rows().containers.at("c").state == "exited");
  CHECK(agrees());
}

TEST_CASE_FIXTURE(volume_handler_rig, "the row of a removed resource is deleted") {
  docker.create_volume(some_volume("v"));
  deliver();
  docker.remove_volume("v");
  deliver();
  CHECK(rows().volumes.empty());
}

TEST_CASE_FIXTURE(volume_handler_rig, "no row is deleted only because an event says so") {
  docker.create_volume(some_volume("v"));
  deliver();
  docker.announce(volume_kind, "destroy", "v");
  deliver();
  CHECK(rows().volumes.contains("v"));
}

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

TEST_CASE_FIXTURE(volume_handler_rig, "rows count as touched by an event or by a reconciliation") {
  docker.create_volume(some_volume("by-event"));
  deliver();
  docker.silently([this] { docker.create_volume(some_volume("by-list")); });
  list();
  std::vector<change_source> sources;
  for (const auto& work : metrics->work)
    for (const auto& x : work.rows) {
      CHECK(x.op == operation::create);
      CHECK(x.count == 1);
      sources.push_back(x.source);
    }
  CHECK(sources == std::vector{change_source::event, change_source::reconciliation});
}

TEST_CASE_FIXTURE(container_handler_rig,
                  "new mounts request a recheck of the volumes that they name") {
  const mount where{.volume = "v", .path = "/data", .writable = true};
  docker.run_container(some_container("c", {where}));
  deliver();
  REQUIRE(other_handler->rechecks.size() == 1);
  CHECK(other_handler->rechecks[0] == strings{"v"});
  docker.stop_container("c"); // its mounts are known
  deliver();
  CHECK(other_handler->rechecks.size() == 1);
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a deleted volume requests a recheck of the containers whose mounts it deletes") {
  docker.create_volume(some_volume("v"));
  deliver();
  // The container is of a volume that was made anew while the old one's removal was on its way.
  store->meddle(host, [](support::memory_rows& rows) {
    rows.containers.emplace("c", some_container("c", {{.volume = "v", .path = "/data"}}));
  });
  docker.remove_volume("v");
  deliver();
  REQUIRE(other_handler->rechecks.size() == 1);
  CHECK(other_handler->rechecks[0] == strings{"c"});
  CHECK(other_handler->reconciles.empty());
}

TEST_CASE_FIXTURE(
    volume_handler_rig,
    "mounts that a write without an answer deleted are found by a list of containers") {
  store->fail({ec::store_unreachable, "the connection was lost"});
  docker.create_volume(some_volume("v"));
  deliver();
  store->recover();
  CHECK(other_handler->reconciles.empty());
  advance(6s);
  const std::vector expected{std::pair{list_reason::failure, std::uint64_t{0}}};
  CHECK(other_handler->reconciles == expected);
}

TEST_CASE_FIXTURE(volume_handler_rig, "a recheck is a fetch, but not an event") {
  docker.silently([this] { docker.create_volume(some_volume("v")); });
  send(handler, atom::recheck_v, strings{"v"});
  run();
  CHECK(agrees());
  CHECK(metrics->processed() == 0);
}

TEST_CASE_FIXTURE(volume_handler_rig, "a recreated volume of the same name is another volume") {
  docker.create_volume(some_volume("v"));
  deliver();
  auto younger = some_volume("v");
  younger.created_at += 1'000'000'000;
  docker.remove_volume("v");
  docker.create_volume(younger);
  deliver();
  CHECK(rows().volumes.at("v").created_at == younger.created_at);
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a creation time that changes alone does not change the row") {
  docker.create_volume(some_volume("v"));
  deliver();
  auto touched = some_volume("v");
  touched.created_at += 1'000'000'000;
  docker.create_volume(touched); // a chmod of its folder, say: no destroy before
  deliver();
  CHECK(rows().volumes.at("v").created_at == some_volume("v").created_at);
}

TEST_CASE("a handler that was restarted after a crash lists first") {
  handler_rig rig;
  rig.restarted = true;
  rig.docker.silently([&] { rig.docker.create_volume(some_volume("v")); });
  rig.start(volume_kind);
  CHECK(rig.lists() == 1);
  CHECK(contains(rig.metrics->lists.at(0).reasons, list_reason::lost_events));
  CHECK(rig.agrees());
}

TEST_CASE_FIXTURE(volume_handler_rig, "a stop of an idle handler is answered at once") {
  CHECK(ask<bool>(handler, atom::stop_v)->value == true);
}
