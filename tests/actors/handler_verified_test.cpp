// Up to which time a handler says that the rows are verified.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <utility>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::some_container;
using support::some_volume;

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a barrier is verified when everything before it is committed") {
  list();
  store->fail({ec::store_unreachable, "connection refused"});
  docker.create_volume(some_volume("v"));
  deliver();
  const auto at = now();
  send(handler, atom::barrier_v, at);
  advance(10s);
  CHECK(reconciler->verified.empty());
  store->recover();
  advance(6s);
  REQUIRE(reconciler->verified.size() == 1);
  CHECK(reconciler->verified[0] == std::pair{volume_kind, at});
}

TEST_CASE_FIXTURE(volume_handler_rig, "nothing is verified before a first list") {
  send(handler, atom::barrier_v, now());
  run();
  CHECK(reconciler->verified.empty());
  list();
  CHECK(reconciler->verified.size() == 1);
}

TEST_CASE_FIXTURE(container_handler_rig,
                  "an event that the API may lag behind is verified by the delayed recheck") {
  list();
  docker.run_container(some_container("c"));
  docker.stop_container("c");
  deliver();
  send(handler, atom::barrier_v, now());
  advance(1s);
  CHECK(reconciler->verified.empty());
  advance(1s);
  CHECK(reconciler->verified.size() == 1);
}
