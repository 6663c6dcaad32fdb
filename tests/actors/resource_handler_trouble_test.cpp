// What a handler does with hints while Docker, the database or both do not do as they should:
// nothing is lost, nothing is counted twice, nothing is removed on hearsay, and nobody is asked
// without pause.

#include "actors/inventory/docker_inspector.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_container;
using support::some_volume;

namespace {

constexpr auto volume_kind = resource_kind::volume;
constexpr auto container_kind = resource_kind::container;

const failure docker_away{ec::docker_unreachable, "connection refused"};
const failure store_away{ec::store_unreachable, "connection refused"};

struct volumes_rig : handler_rig {
  volumes_rig() { start(volume_kind); }

  void docker_fails() {
    docker.fail(docker_call::inspect_volume, docker_away);
    docker.fail(docker_call::list_volumes, docker_away);
  }
  void record_volumes(int n) {
    store->meddle(host, [n](support::memory_rows& x) {
      for (int i = 0; i < n; ++i) {
        const auto name = "old" + std::to_string(i);
        x.volumes.emplace(name, some_volume(name));
      }
    });
  }
};

struct containers_rig : handler_rig {
  containers_rig() { start(container_kind); }
};

} // namespace

TEST_CASE_FIXTURE(volumes_rig, "who can't look or write says so, and when it works again") {
  docker_fails();
  docker.create_volume(some_volume("v"));
  deliver();
  REQUIRE_FALSE(metrics->troubles.empty());
  CHECK(metrics->troubles.back().first == volume_kind);
  CHECK(metrics->troubles.back().second == docker_away);
  docker.recover();
  store->fail(store_away);
  advance(10s);
  CHECK(metrics->troubles.back().second == store_away);
  store->recover();
  advance(10s);
  CHECK(metrics->troubles.back().second == failure{ec::internal, ""});
  const auto told = metrics->troubles.size();
  docker.create_volume(some_volume("w"));
  deliver();
  CHECK(metrics->troubles.size() == told); // that it works is told once
}

TEST_CASE_FIXTURE(volumes_rig, "who waits long for an answer says so, and when it has come") {
  hold([](caf::scheduled_actor& x) {
    return dynamic_cast<shell<docker_inspector>*>(&x) != nullptr;
  });
  docker.create_volume(some_volume("v"));
  deliver();
  advance(4s);
  CHECK(metrics->troubles.empty());
  advance(2s);
  REQUIRE(metrics->troubles.size() == 1);
  CHECK(metrics->troubles[0].second.code == ec::docker_timeout);
  CHECK(metrics->troubles[0].second.text == "the daemon has been asked about volumes for 5 s");
  CHECK(log.has("asked about volumes for 5 s"));
  advance(1min);
  CHECK(metrics->troubles.size() == 1); // told once
  hold(nullptr);
  run();
  CHECK(agrees());
  CHECK(metrics->troubles.back().second == failure{ec::internal, ""});
}

TEST_CASE_FIXTURE(volumes_rig,
                  "a resource that can't be inspected is listed, and tried again later") {
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
    containers_rig,
    "a container that can't be inspected holds no proof up: it is named and counted") {
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
  const auto& told = metrics->unverified.back();
  CHECK(told.kind == container_kind);
  CHECK(told.count == 1);
  REQUIRE(told.first.size() == 1);
  CHECK(told.first[0].name.find("0123456789ab)") != std::string::npos);
  CHECK(told.first[0].why == "500: layer does not exist");
  CHECK(metrics->work.back().unverified == 1);
  CHECK(log.count("warning couldn't inspect container") == 1);
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

TEST_CASE_FIXTURE(containers_rig,
                  "a container that can't be inspected goes with its destroy event") {
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

TEST_CASE_FIXTURE(containers_rig,
                  "a container that is listed and denied by its inspect stays, without times") {
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

TEST_CASE_FIXTURE(
    volumes_rig,
    "while Docker is away events have failed, and the kind is listed when it is back") {
  docker_fails();
  docker.create_volume(some_volume("v"));
  deliver();
  CHECK(metrics->failed() == 1);
  CHECK(slot->settled == 1);
  advance(5min);
  CHECK(lists() > 30); // whoever brings it back wants to see the rows right within seconds
  CHECK(lists() < 100);
  CHECK(log.count("warning looking at volumes failed") == 1);
  docker.recover();
  advance(6s);
  CHECK(agrees());
  CHECK(log.has("looking at volumes works again"));
  CHECK(metrics->failed() == 1);
  CHECK(metrics->processed() == 0);
}

TEST_CASE_FIXTURE(volumes_rig, "a demand does not wait out the pause after a failure") {
  docker_fails();
  list();
  advance(1min);
  docker.recover();
  const auto before = lists();
  list(list_reason::reconnect);
  CHECK(lists() == before + 1);
}

TEST_CASE_FIXTURE(volumes_rig, "a failed list is told to the reconciler with its reason") {
  docker_fails();
  list(list_reason::demand, 3);
  REQUIRE(reconciler->lists.size() == 1);
  CHECK_FALSE(reconciler->lists[0].ok);
  CHECK(reconciler->lists[0].run_id == 3);
  CHECK(reconciler->lists[0].why == docker_away);
}

TEST_CASE_FIXTURE(volumes_rig, "nothing is lost while the database is away") {
  list();
  store->fail(store_away);
  docker.create_volume(some_volume("a"));
  deliver();
  docker.create_volume(some_volume("b"));
  docker.silently([this] { docker.create_volume(some_volume("c")); });
  deliver();
  list();
  const auto before = store->applied();
  advance(5min);
  CHECK(store->applied() > before + 30);
  CHECK(store->applied() < before + 100);
  CHECK(metrics->processed() == 0);
  CHECK(metrics->failed() == 0);
  CHECK(slot->settled == 0);
  CHECK(log.count("warning writing volumes failed") == 1);

  store->recover();
  advance(6s);
  CHECK(agrees());
  CHECK(metrics->processed() == 2);
  CHECK(metrics->failed() == 0);
  CHECK(slot->settled == 2);
  CHECK(log.has("writing volumes works again"));
}

TEST_CASE_FIXTURE(volumes_rig, "what is written late is what is true then") {
  store->fail(store_away);
  docker.create_volume(some_volume("v"));
  deliver();
  docker.silently([this] { docker.remove_volume("v"); });
  store->recover();
  advance(6s);
  CHECK(rows().volumes.empty());
}

TEST_CASE_FIXTURE(volumes_rig, "a row that the database can't hold costs nothing but itself") {
  store->reject("bad");
  docker.silently([this] {
    docker.create_volume(some_volume("bad"));
    docker.create_volume(some_volume("good"));
  });
  list();
  CHECK(rows().volumes.contains("good"));
  CHECK_FALSE(rows().volumes.contains("bad"));
  CHECK(log.has("the database can't hold volume \"bad\""));
  REQUIRE_FALSE(metrics->work.empty());
  CHECK(metrics->work.back().rejected == 1);
  REQUIRE(metrics->rejected.size() == 1);
  CHECK(metrics->rejected.back().count == 1);
  CHECK(metrics->rejected.back().first.starts_with("volume \"bad\" ("));
  list();
  CHECK(metrics->rejected.size() == 1);
  CHECK(log.count("error the database can't hold") == 1);
  CHECK_FALSE(log.has("no longer refuses"));
  docker.silently([this] { docker.remove_volume("bad"); });
  list();
  CHECK(log.has("the database no longer refuses volume \"bad\""));
  CHECK(metrics->rejected.back().count == 0);
}

TEST_CASE_FIXTURE(volumes_rig, "a refused row that goes by an event is no longer counted") {
  store->reject("bad");
  docker.create_volume(some_volume("bad"));
  deliver();
  REQUIRE_FALSE(metrics->rejected.empty());
  CHECK(metrics->rejected.back().count == 1);
  docker.create_volume(some_volume("good"));
  deliver();
  CHECK(metrics->rejected.back().count == 1);
  docker.remove_volume("bad");
  deliver();
  CHECK(metrics->rejected.back().count == 0);
}

TEST_CASE_FIXTURE(volumes_rig, "of a long name that is refused the log shows the beginning only") {
  const std::string name(5'000, 'n');
  store->reject(name);
  docker.silently([&] { docker.create_volume(some_volume(name)); });
  list();
  CHECK(log.has("can't hold volume \"" + std::string(200, 'n') + "\"… ("));
  CHECK_FALSE(log.has(std::string(201, 'n')));
}

TEST_CASE_FIXTURE(volumes_rig,
                  "a list that has lost most of what is known is believed the second time") {
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

TEST_CASE_FIXTURE(volumes_rig, "a list that was wrong once removes nothing") {
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

TEST_CASE_FIXTURE(volumes_rig, "a partial list removes nothing, proves nothing and is made again") {
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

TEST_CASE_FIXTURE(volumes_rig,
                  "an event of a volume that a partial list lacks is not settled by it") {
  list();
  docker.create_volume(some_volume("v"));
  docker.warn("driver nfs does not answer", "v");
  docker.fail_key("v", {ec::docker_timeout, "no answer within 2 s"});
  deliver(); // the inspect fails, so that the kind is listed, in vain
  docker.recover();
  advance(20s);
  CHECK(agrees());
}

TEST_CASE_FIXTURE(volumes_rig,
                  "verified is what was announced before the proof, once it is committed") {
  list();
  store->fail(store_away);
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

TEST_CASE_FIXTURE(volumes_rig, "nothing is verified before a first list") {
  send(handler, atom::barrier_v, now());
  run();
  CHECK(reconciler->verified.empty());
  list();
  CHECK(reconciler->verified.size() == 1);
}

TEST_CASE_FIXTURE(containers_rig,
                  "an event after which the API lags is verified by the second look") {
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

TEST_CASE_FIXTURE(volumes_rig, "what a list mends although no event told of it is drift") {
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

TEST_CASE_FIXTURE(volumes_rig,
                  "what a list shows of a running prune goes at once and is no drift") {
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

TEST_CASE_FIXTURE(volumes_rig, "a removal that no event tells within a minute is drift") {
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

TEST_CASE_FIXTURE(volumes_rig, "a list that is quicker than the event is no drift") {
  list();
  docker.create_volume(some_volume("v"));
  list();
  CHECK(agrees());
  advance(1s);
  deliver();
  advance(1min);
  CHECK(metrics->drift.empty());
}

TEST_CASE_FIXTURE(volumes_rig, "a stop waits until what was accepted is committed") {
  store->fail(store_away);
  docker.create_volume(some_volume("a"));
  docker.create_volume(some_volume("b"));
  post();
  const auto stopped = ask<bool>(handler, atom::stop_v);
  advance(5s);
  CHECK(stopped->pending());
  store->recover();
  advance(6s);
  CHECK(stopped->value == true);
  CHECK(agrees());
}

TEST_CASE("an inspector that never answers counts as a daemon that does not") {
  handler_rig rig;
  rig.inspector = caf::actor_cast<docker_inspector_actor>(
      rig.spawn_function([](caf::event_based_actor* self) -> caf::behavior {
        auto forgotten = std::make_shared<std::vector<caf::response_promise>>();
        return {[=](const fetch_request&) {
          forgotten->push_back(self->make_response_promise());
          return forgotten->back();
        }};
      }));
  rig.start(volume_kind);
  rig.docker.create_volume(some_volume("v"));
  rig.deliver();
  rig.advance(4min);
  CHECK(rig.metrics->failed() == 1);
  REQUIRE_FALSE(rig.metrics->work.empty());
  CHECK(rig.metrics->work.front().failed_why == ec::docker_timeout);
}

TEST_CASE_FIXTURE(handler_rig, "events of a handler that dies in its report are not settled") {
  // Who restarts it counts as failed what is not; so an event that is settled and told to nobody
  // would be counted nowhere.
  auto dies = false;
  handlers_clock = [&dies, real = wall_clock()] {
    if (dies)
      throw std::runtime_error("a defect");
    return real();
  };
  start(volume_kind);
  docker.create_volume(some_volume("v"));
  dies = true; // the report says when
  deliver();
  CHECK(rows().volumes.contains("v"));
  CHECK(metrics->work.empty());
  CHECK(slot->admitted == 1);
  CHECK(slot->settled == 0);
}
