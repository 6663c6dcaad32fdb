// Lists that are not to be trusted: lists without most of the recorded rows, and partial lists.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_volume;

namespace {

struct recorded_volumes_rig : volume_handler_rig {
  void record_volumes(int n) {
    store->meddle(host, [n](support::memory_rows& x) {
      for (int i = 0; i < n; ++i) {
        const auto name = "old" + std::to_string(i);
        x.volumes.emplace(name, some_volume(name));
      }
    });
  }
};

} // namespace

TEST_CASE_FIXTURE(
    recorded_volumes_rig,
    "a list without most of the recorded rows is written when a second list confirms it") {
  record_volumes(30);
  bool kept_after_the_first = false;
  docker.during_next(docker_call::list_volumes, [this, &kept_after_the_first] {
    docker.during_next(docker_call::list_volumes, [this, &kept_after_the_first] {
      kept_after_the_first = rows().volumes.size() == 30;
    });
  });
  list();
  CHECK(kept_after_the_first);
  CHECK(lists() == 2);
  CHECK(rows().volumes.empty());
  REQUIRE(reconciler->lists.size() == 1);
  CHECK(reconciler->lists[0].removed == 30);
}

TEST_CASE_FIXTURE(recorded_volumes_rig, "a list that the next list contradicts deletes nothing") {
  record_volumes(30);
  docker.during_next(docker_call::list_volumes, [this] {
    docker.silently([this] {
      for (const auto& [name, x] : rows().volumes)
        docker.create_volume(x);
    });
  });
  list();
  CHECK(lists() == 2);
  CHECK(rows().volumes.size() == 30);
  CHECK(agrees());
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a partial list deletes nothing, verifies nothing and is followed by another") {
  docker.create_volume(some_volume("v1"));
  docker.create_volume(some_volume("v2"));
  deliver();
  docker.warn("driver nfs does not answer", "v2");
  list();
  CHECK(rows().volumes.size() == 2);
  REQUIRE(reconciler->lists.size() == 1);
  CHECK(reconciler->lists[0].warnings.size() == 1);
  CHECK(reconciler->lists[0].removed == 0);
  send(handler, atom::barrier_v, now());
  run();
  CHECK(reconciler->verified.empty());

  docker.recover();
  docker.silently([this] { docker.remove_volume("v2"); });
  advance(6min);
  CHECK(agrees());
  CHECK(reconciler->verified.size() == 1);
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a partial list does not complete the event of a volume that it lacks") {
  list();
  docker.create_volume(some_volume("v"));
  docker.warn("driver nfs does not answer", "v");
  docker.fail_key("v", {ec::docker_timeout, "no answer within 2 s"});
  deliver(); // the inspect fails, so that the kind is listed, in vain
  docker.recover();
  advance(20s);
  CHECK(agrees());
}
