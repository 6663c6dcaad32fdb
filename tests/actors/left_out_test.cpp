// Entries of the daemon's lists that can't be parsed: all others are used, no row is deleted
// because of them, and they are counted and named.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_container;
using support::some_volume;

namespace {

volume of_driver(const std::string& name, const std::string& driver) {
  auto x = some_volume(name);
  x.driver = driver;
  return x;
}

const left_out_entry nameless{
    .position = 3, .key = {}, .driver = "nas", .why = "its name is empty"};
const left_out_entry odd_label{.position = 2,
                               .key = "odd",
                               .driver = "nas",
                               .why = "its labels should be an object of valid texts"};

struct volumes_rig : handler_rig {
  volumes_rig() {
    start(volume_kind);
    docker.silently([this] {
      docker.create_volume(of_driver("good", "local"));
      docker.create_volume(of_driver("odd", "nas"));
      docker.create_volume(of_driver("other", "nas"));
    });
  }
  bool has(const std::string& name) const { return rows().volumes.contains(name); }
  std::uint64_t rejected() const {
    std::uint64_t sum = 0;
    for (const auto& x : metrics->work)
      sum += x.rejected;
    return sum;
  }
};

struct containers_rig : handler_rig {
  containers_rig() { start(resource_kind::container); }
};

} // namespace

TEST_CASE_FIXTURE(volumes_rig,
                  "all entries but the malformed one are used, and verification goes on") {
  docker.break_entry(volume_kind, nameless, "odd");
  list(list_reason::start, 4);
  CHECK(has("good"));
  CHECK(has("other"));
  CHECK_FALSE(has("odd"));
  REQUIRE_FALSE(reconciler->lists.empty());
  CHECK(reconciler->lists.front().ok); // so that the first reconciliation is done
  CHECK(reconciler->lists.front().warnings.empty());
  advance(2s);
  send(handler, atom::barrier_v, now());
  run();
  REQUIRE_FALSE(reconciler->verified.empty());
  CHECK(reconciler->verified.back().second == now());
}

TEST_CASE_FIXTURE(volumes_rig, "a left-out entry is counted with each list and logged once") {
  docker.break_entry(volume_kind, nameless, "odd");
  list();
  CHECK(rejected() == 1);
  list();
  CHECK(rejected() == 2);
  CHECK(log.count("warning left out volume 3 of the list (driver \"nas\"): its name is empty")
        == 1);
  REQUIRE(metrics->left_out.size() == 1);
  CHECK(metrics->left_out[0].first == volume_kind);
  CHECK(metrics->left_out[0].second.find("its name is empty") != std::string::npos);
  docker.recover();
  list();
  CHECK(rejected() == 2);
  CHECK(log.has("volume 3 of the list (driver \"nas\") is no longer left out"));
  REQUIRE(metrics->left_out.size() == 2);
  CHECK(metrics->left_out[1].second.empty());
}

TEST_CASE_FIXTURE(volumes_rig,
                  "a left-out entry is logged again for a new reason, not for a new position") {
  docker.break_entry(volume_kind, nameless, "odd");
  list();
  docker.recover();
  auto moved = nameless;
  moved.position = 9;
  docker.break_entry(volume_kind, moved, "odd");
  list();
  CHECK(log.count("warning left out") == 1);
  docker.recover();
  moved.why = "its name is missing";
  docker.break_entry(volume_kind, moved, "odd");
  list();
  CHECK(log.count("warning left out") == 2);
}

TEST_CASE_FIXTURE(volumes_rig,
                  "the row of a malformed entry stays, and rows of removed resources are deleted") {
  list();
  REQUIRE(agrees());
  docker.break_entry(volume_kind, odd_label, "odd");
  docker.silently([this] {
    docker.remove_volume("good");
    docker.remove_volume("other");
  });
  list();
  CHECK(has("odd"));
  CHECK_FALSE(has("good"));
  CHECK_FALSE(has("other"));
  CHECK(inspects() == 1); // of `other`, which the list lacks like all of its driver
}

TEST_CASE_FIXTURE(
    volumes_rig,
    "a volume of a nameless entry's driver is deleted only after a \"no such volume\"") {
  list();
  docker.break_entry(volume_kind, nameless, "odd");
  docker.fail_key("odd", {ec::docker_malformed, "its name is empty"});
  docker.silently([this] {
    docker.remove_volume("good");
    docker.remove_volume("other");
  });
  list();
  CHECK_FALSE(has("good"));
  CHECK(has("odd"));
  CHECK_FALSE(has("other")); // by its inspect
  CHECK(docker.inspected().size() >= 2);
}

TEST_CASE_FIXTURE(volumes_rig, "a repaired volume is found without an event, and is not drift") {
  list();
  docker.silently([this] { docker.remove_volume("odd"); });
  list();
  docker.break_entry(volume_kind, odd_label, "odd");
  docker.silently([this] { docker.create_volume(of_driver("odd", "nas")); });
  list();
  const auto lists_before = lists();
  CHECK_FALSE(has("odd"));
  docker.recover();
  advance(7s);
  CHECK(has("odd"));
  CHECK(lists() == lists_before + 1);
  advance(60s);
  CHECK(lists() == lists_before + 1);
  for (const auto& drift : metrics->drift)
    for (const auto& x : drift)
      CHECK_FALSE((x.key == "odd" && x.op == operation::create));
}

TEST_CASE_FIXTURE(volumes_rig, "an entry that is never repaired costs a list every half minute") {
  docker.break_entry(volume_kind, nameless, "odd");
  list();
  advance(120s);
  const auto before = lists();
  advance(300s);
  CHECK(lists() - before <= 13);
  CHECK(lists() - before >= 9);
}

TEST_CASE_FIXTURE(containers_rig,
                  "a container entry without an id protects the rows of all containers") {
  docker.create_container(some_container("a"));
  docker.create_container(some_container("b"));
  deliver();
  list();
  docker.break_entry(resource_kind::container,
                     {.position = 1, .key = {}, .driver = {}, .why = "it is not a JSON object"},
                     "a");
  docker.fail_key("a", {ec::docker_malformed, "it is not a JSON object"});
  docker.silently([this] { docker.remove_container("b"); });
  list();
  CHECK(rows().containers.contains("a"));
  CHECK_FALSE(rows().containers.contains("b")); // by its inspect
}
