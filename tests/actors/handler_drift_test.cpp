// Which repairs of a list count as drift.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::some_volume;

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a change that a list finds and no event announces is drift") {
  docker.silently([this] { docker.create_volume(some_volume("known-before")); });
  list(); // the first: nothing was known
  docker.silently([this] { docker.create_volume(some_volume("unannounced")); });
  docker.create_volume(some_volume("announced"));
  post();
  send(handler, atom::reconcile_v, list_reason::interval, std::uint64_t{0});
  advance(1s);
  CHECK(metrics->drift.empty()); // its event may still be on the way
  advance(2s);
  REQUIRE(metrics->drift.size() == 1);
  REQUIRE(metrics->drift[0].size() == 1);
  CHECK(metrics->drift[0][0].key == "unannounced");
  CHECK(metrics->drift[0][0].op == operation::create);
  CHECK(log.has("create volume unannounced"));
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "rows that a running prune removes are deleted at once and are not drift") {
  docker.silently([this] {
    for (const auto* name : {"a", "b", "c"})
      docker.create_volume(some_volume(name));
  });
  list();
  docker.silently([this] { docker.remove_volume("a"); });
  list(list_reason::interval);
  CHECK_FALSE(rows().volumes.contains("a"));
  docker.silently([this] { docker.remove_volume("b"); });
  advance(30s);
  docker.announce(resource_kind::volume, "prune", "");
  deliver();
  CHECK_FALSE(rows().volumes.contains("b"));
  advance(5min);
  CHECK(metrics->drift.empty());
}

TEST_CASE_FIXTURE(volume_handler_rig,
                  "a removal that no event announces within a minute is drift") {
  docker.silently([this] { docker.create_volume(some_volume("a")); });
  list();
  docker.silently([this] { docker.remove_volume("a"); });
  list(list_reason::interval);
  CHECK_FALSE(rows().volumes.contains("a"));
  advance(59s);
  CHECK(metrics->drift.empty());
  advance(2s);
  REQUIRE(metrics->drift.size() == 1);
  CHECK(metrics->drift[0][0].op == operation::remove);
}

TEST_CASE_FIXTURE(volume_handler_rig, "a change that a list shows before its event is not drift") {
  list();
  docker.create_volume(some_volume("v"));
  list();
  CHECK(agrees());
  advance(1s);
  deliver();
  advance(1min);
  CHECK(metrics->drift.empty());
}
