// Volumes that the daemon's lists lack although they are not gone: dockerd leaves out the volumes
// of a driver that it does not find.

#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>

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

struct volumes_rig : handler_rig {
  volumes_rig() {
    start(resource_kind::volume);
    docker.silently([this] {
      docker.create_volume(of_driver("good", "local"));
      docker.create_volume(of_driver("pv1", "nas"));
    });
    list();
  }
  bool has(const std::string& name) const { return rows().volumes.contains(name); }
  const unverified_report& reported() const { return metrics->unverified.back(); }
};

/// All volumes are pruned, and no inspect is needed for that. How many lists are.
auto lists_of_a_prune(handler_rig& on) {
  on.docker.silently([&on] { on.docker.forget_everything(); });
  const auto before = on.lists();
  on.docker.announce(resource_kind::volume, "prune", "");
  on.deliver();
  on.advance(5s);
  CHECK(on.rows().volumes.empty());
  CHECK(on.docker.inspected().empty());
  return on.lists() - before;
}

} // namespace

TEST_CASE_FIXTURE(volumes_rig,
                  "a volume whose driver is away keeps its row, and verification goes on") {
  docker.lose_driver("nas");
  list(list_reason::reconnect);
  advance(10s);
  CHECK(has("pv1"));
  CHECK(has("good"));
  send(handler, atom::barrier_v, now());
  run();
  REQUIRE_FALSE(reconciler->verified.empty());
  CHECK(reconciler->verified.back().second == now());
  CHECK(metrics->drift.empty());
}

TEST_CASE_FIXTURE(volumes_rig, "a kept volume is named with its reason, counted, and logged once") {
  docker.lose_driver("nas");
  list();
  advance(10s);
  list();
  REQUIRE_FALSE(metrics->unverified.empty());
  CHECK(reported().count == 0);
  CHECK(reported().kept == 1);
  REQUIRE(reported().first_kept.size() == 1);
  CHECK(reported().first_kept[0].name == "pv1");
  CHECK(reported().first_kept[0].why.find("not found") != std::string::npos);
  CHECK(metrics->work.back().unverified == 1);
  CHECK(log.count("status unverified") == 1);
  CHECK(std::ranges::any_of(store->batches(), [](const change_batch& x) {
    return x.volumes.spared.unverified == std::vector<std::string>{"pv1"};
  }));
}

TEST_CASE_FIXTURE(volumes_rig,
                  "when the driver is back, its volumes are verified again without an event") {
  docker.lose_driver("nas");
  list();
  advance(10s);
  docker.find_driver("nas");
  advance(6min); // an inspect is tried at least every five
  CHECK(reported().kept == 0);
  CHECK(metrics->work.back().unverified == 0);
  CHECK(log.has("listed again or gone"));
  list();
  CHECK(has("pv1"));
  advance(2min);
  CHECK(metrics->drift.empty());
}

TEST_CASE_FIXTURE(
    volumes_rig,
    "a volume that was removed with its driver away is deleted when the driver is back") {
  docker.lose_driver("nas");
  list();
  advance(10s);
  docker.silently([this] { docker.remove_volume("pv1"); });
  docker.find_driver("nas");
  advance(6min);
  CHECK_FALSE(has("pv1"));
  CHECK(reported().kept == 0);
}

TEST_CASE_FIXTURE(volumes_rig, "the last volume of a driver is deleted after one inspect") {
  docker.silently([this] { docker.remove_volume("pv1"); });
  list();
  CHECK_FALSE(has("pv1"));
  CHECK(docker.inspected() == std::vector<std::string>{"pv1"});
}

TEST_CASE_FIXTURE(volumes_rig,
                  "where inspects fail, a list without a volume counts if /info names its driver") {
  docker.silently([this] { docker.remove_volume("pv1"); });
  docker.fail_key("pv1", {ec::docker_refused, "500: the plugin does not know"});
  SUBCASE("named") {
    docker.name_driver("nas");
    list();
    advance(10s);
    CHECK_FALSE(has("pv1"));
    CHECK(reported().kept == 0);
    CHECK(metrics->work.back().unverified == 0);
  }
  SUBCASE("named, and no inspect had worked before") {
    docker.silently([this] { docker.create_volume(of_driver("pv1", "nas")); });
    docker.announce(resource_kind::volume, "mount", "pv1");
    deliver();
    advance(10s);
    docker.name_driver("nas");
    docker.silently([this] { docker.remove_volume("pv1"); });
    list();
    advance(2s);
    CHECK_FALSE(has("pv1"));
  }
  SUBCASE("not named") {
    list();
    advance(10s);
    CHECK(has("pv1"));
    CHECK(reported().kept == 1);
  }
}

TEST_CASE_FIXTURE(handler_rig, "5,000 pruned local volumes cost one list more and no inspect") {
  start(resource_kind::volume);
  docker.silently([this] {
    for (auto i = 0; i < 5'000; ++i)
      docker.create_volume(some_volume("v" + std::to_string(i)));
  });
  list();
  CHECK(lists_of_a_prune(*this) == 2); // the second confirms the first
}

TEST_CASE_FIXTURE(handler_rig, "5,000 pruned volumes of a driver that is there cost no inspect") {
  start(resource_kind::volume);
  docker.name_driver("nas");
  docker.silently([this] {
    for (auto i = 0; i < 5'000; ++i)
      docker.create_volume(of_driver("v" + std::to_string(i), "nas"));
  });
  list();
  CHECK(lists_of_a_prune(*this) <= 3);
}

TEST_CASE_FIXTURE(handler_rig,
                  "5,000 volumes of a driver that is away stay, for a bounded number of inspects") {
  start(resource_kind::volume);
  docker.silently([this] {
    for (auto i = 0; i < 5'000; ++i)
      docker.create_volume(of_driver("v" + std::to_string(i), "nas"));
  });
  list();
  docker.lose_driver("nas");
  const auto before = lists();
  list(list_reason::reconnect);
  advance(1min);
  CHECK(rows().volumes.size() == 5'000);
  CHECK(metrics->work.back().unverified == 5'000);
  CHECK(metrics->unverified.back().kept == 5'000);
  CHECK(docker.inspected().size() <= 50 * 10);
  CHECK(lists() - before <= 70); // at most one a second
  send(handler, atom::barrier_v, now());
  run();
  REQUIRE_FALSE(reconciler->verified.empty());
  CHECK(reconciler->verified.back().second == now());
  docker.find_driver("nas");
  advance(6min);
  CHECK(metrics->unverified.back().kept == 0);
  CHECK(metrics->drift.empty());
}
