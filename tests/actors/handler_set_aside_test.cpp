// Resources whose inspects fail: lists replace the inspects, and all others are followed.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::some_container;
using support::some_volume;

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a list replaces an inspect that fails, and the inspect is tried again") {
  docker.create_volume(some_volume("good"));
  docker.create_volume(some_volume("bad"));
  docker.fail_key("bad", {ec::docker_refused, "500: no such driver"});
  deliver();
  CHECK(metrics->processed() == 1);
  CHECK(metrics->failed() == 1);
  const auto failing =
      std::ranges::find_if(metrics->work, [](auto& x) { return !x.failed.empty(); });
  REQUIRE(failing != metrics->work.end());
  CHECK(failing->failed_why == ec::docker_refused);
  CHECK(lists() == 1);
  CHECK(agrees()); // the list knows it

  const auto before = inspects();
  advance(1min);
  CHECK(inspects() > before);
  CHECK(inspects() < before + 15); // not without pause
  CHECK(lists() == 2);             // one more when it was set aside: the state is known
  docker.recover();
  advance(6min); // the longest wait is five
  const auto after = inspects();
  advance(1min);
  CHECK(inspects() == after);
  CHECK(metrics->failed() == 1);
  CHECK(metrics->processed() == 1);
}

TEST_CASE_FIXTURE(
    container_handler_rig,
    "a container that can't be inspected does not delay verification; it is named and counted") {
  list();
  docker.run_container(some_container("0123456789abcdef"));
  docker.fail_key("0123456789abcdef", {ec::docker_refused, "500: layer does not exist"});
  deliver();
  send(handler, atom::barrier_v, handlers_clock());
  advance(10s);
  CHECK(agrees() == false); // but for the times
  CHECK(rows().containers.at("0123456789abcdef").state == "running");
  CHECK(rows().containers.at("0123456789abcdef").started_at == never);
  REQUIRE_FALSE(reconciler->verified.empty());
  REQUIRE_FALSE(metrics->unverified.empty());
  const auto& reported = metrics->unverified.back();
  CHECK(reported.kind == container_kind);
  CHECK(reported.count == 1);
  REQUIRE(reported.first.size() == 1);
  CHECK(reported.first[0].name.find("0123456789ab)") != std::string::npos);
  CHECK(reported.first[0].why == "500: layer does not exist");
  CHECK(metrics->work.back().unverified == 1);
  CHECK(log.count("warning the inspect of container") == 1);
  const auto before = inspects();
  advance(10min);
  CHECK(inspects() - before <= 10);
  docker.recover();
  advance(6min);
  CHECK(agrees());
  CHECK(metrics->unverified.back().count == 0);
  CHECK(metrics->work.back().unverified == 0);
  CHECK(log.count("can be inspected again") == 1);
}

TEST_CASE_FIXTURE(
    container_handler_rig,
    "the row of a container that can't be inspected is deleted after its destroy event") {
  docker.run_container(some_container("c"));
  docker.fail_key("c", {ec::docker_timeout, "took too long"});
  deliver();
  advance(1min);
  REQUIRE(rows().containers.contains("c"));
  docker.remove_container("c");
  deliver();
  advance(2s);
  CHECK_FALSE(rows().containers.contains("c"));
  CHECK(metrics->unverified.back().count == 0);
}

TEST_CASE_FIXTURE(
    container_handler_rig,
    "a container that lists show and its inspect denies keeps its row, without times") {
  docker.silently([&] { docker.run_container(some_container("ghost")); });
  docker.deny_key("ghost");
  list();
  advance(10s);
  for (auto i = 0; i < 3; ++i) {
    list();
    advance(10min);
    REQUIRE(rows().containers.contains("ghost"));
    CHECK(rows().containers.at("ghost").started_at == never);
    CHECK(metrics->lists.back().created + metrics->lists.back().removed == 0);
  }
  CHECK(metrics->drift.empty());
  CHECK(metrics->unverified.back().count == 1);
  docker.silently([&] { docker.remove_container("ghost"); });
  advance(6min); // the next try denies it still, and a list lacks it
  CHECK_FALSE(rows().containers.contains("ghost"));
  CHECK(metrics->unverified.back().count == 0);
}
