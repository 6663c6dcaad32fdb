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

TEST_CASE_FIXTURE(volume_handler_rig, "an event needs one fetch and one write") {
  docker.create_volume(some_volume("v"));
  deliver();
  CHECK(docker.inspected() == strings{"v"});
  CHECK(lists() == 0);
  CHECK(store->transactions().size() == 1);
  CHECK(rows().volumes.contains("v"));
  CHECK(metrics->processed() == 1);
  CHECK(slot->completed == 1);
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
  // The container is of a volume that was created again while the old one's removal was on its way.
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
