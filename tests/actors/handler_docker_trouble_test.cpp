// What a handler does while Docker fails or hangs: it reports this once, and asks again after
// pauses.

#include "actors/inventory/docker_inspector.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_volume;

namespace {

const failure docker_away{ec::docker_unreachable, "connection refused"};
const failure store_away{ec::store_unreachable, "connection refused"};

struct failing_docker_rig : volume_handler_rig {
  void docker_fails() {
    docker.fail(docker_call::inspect_volume, docker_away);
    docker.fail(docker_call::list_volumes, docker_away);
  }
};

} // namespace

TEST_CASE_FIXTURE(failing_docker_rig,
                  "a handler reports that it can't fetch or write, and when it can again") {
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
  const auto reported = metrics->troubles.size();
  docker.create_volume(some_volume("w"));
  deliver();
  CHECK(metrics->troubles.size() == reported); // one report that it works
}

TEST_CASE_FIXTURE(failing_docker_rig,
                  "a fetch without an answer for five seconds is reported, and its end, too") {
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
  CHECK(metrics->troubles.size() == 1); // reported once
  hold(nullptr);
  run();
  CHECK(agrees());
  CHECK(metrics->troubles.back().second == failure{ec::internal, ""});
}

TEST_CASE_FIXTURE(
    failing_docker_rig,
    "while Docker is away events count as failed, and a list follows when it is back") {
  docker_fails();
  docker.create_volume(some_volume("v"));
  deliver();
  CHECK(metrics->failed() == 1);
  CHECK(slot->completed == 1);
  advance(5min);
  CHECK(lists() > 30); // after a repair the rows have to be right within seconds
  CHECK(lists() < 100);
  CHECK(log.count("warning fetching volumes failed") == 1);
  docker.recover();
  advance(6s);
  CHECK(agrees());
  CHECK(log.has("fetching volumes works again"));
  CHECK(metrics->failed() == 1);
  CHECK(metrics->processed() == 0);
}

TEST_CASE_FIXTURE(failing_docker_rig, "a reconnect ends the pause after a failed fetch") {
  docker_fails();
  list();
  advance(1min);
  docker.recover();
  const auto before = lists();
  list(list_reason::reconnect);
  CHECK(lists() == before + 1);
}

TEST_CASE_FIXTURE(failing_docker_rig,
                  "a failed list is reported to the reconciler with its reason") {
  docker_fails();
  list(list_reason::demand, 3);
  REQUIRE(reconciler->lists.size() == 1);
  CHECK_FALSE(reconciler->lists[0].ok);
  CHECK(reconciler->lists[0].run_id == 3);
  CHECK(reconciler->lists[0].why == docker_away);
}

TEST_CASE("an inspector that never answers counts as a daemon that never answers") {
  handler_rig rig;
  const auto forgotten = std::make_shared<std::vector<caf::response_promise>>();
  const auto silent =
      rig.spawn_function([forgotten](caf::event_based_actor* self) -> caf::behavior {
        return {[=](const fetch_request&) {
                  forgotten->push_back(self->make_response_promise());
                  return forgotten->back();
                },
                [=](atom::wake) {
                  observation late;
                  late.ok = true;
                  forgotten->front().deliver(std::move(late));
                  forgotten->clear();
                }};
      });
  rig.inspector = caf::actor_cast<docker_inspector_actor>(silent);
  rig.start(volume_kind);
  rig.docker.create_volume(some_volume("v"));
  rig.deliver();
  rig.advance(4min);
  CHECK(rig.metrics->failed() == 1);
  REQUIRE_FALSE(rig.metrics->work.empty());
  CHECK(rig.metrics->work.front().failed_why == ec::docker_timeout);
  // Its answer comes after all, and counts no more.
  const auto reported = rig.metrics->work.size();
  REQUIRE(forgotten->size() > 1);
  caf::anon_send(caf::actor_cast<caf::actor>(silent), atom::wake_v);
  rig.run();
  CHECK(rig.metrics->work.size() == reported);
  CHECK_FALSE(rig.log.has("invariant"));
}
