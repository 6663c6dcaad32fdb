// When a change happened, from the daemon's event to the store.

#include "tests/actors/fleet_rig.hpp"
#include "tests/actors/handler_rig.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;
using support::docker_call;
using support::some_volume;

namespace {

using told_times = std::vector<told_change>;

change_batch last_batch(const handler_rig& rig) {
  const auto all = rig.store->batches();
  REQUIRE_FALSE(all.empty());
  return all.back();
}

} // namespace

TEST_CASE_FIXTURE(volume_handler_rig,
                  "the time of an event arrives with the rows that it changed") {
  docker.create_volume(some_volume("v"));
  const auto created = docker.remembered().back().time;
  advance(5s); // the event waits in the mailbox for so long
  const auto asked = wall_clock()();
  deliver();
  CHECK(last_batch(*this).volumes.told == told_times{{"v", created}});
  CHECK(last_batch(*this).observed_at == asked);
  docker.remove_volume("v");
  const auto removed = docker.remembered().back().time;
  deliver();
  CHECK(last_batch(*this).volumes.gone == std::vector<std::string>{"v"});
  CHECK(last_batch(*this).volumes.told == told_times{{"v", removed}});
}

TEST_CASE_FIXTURE(volume_handler_rig, "what only a list found has no told time") {
  docker.silently([this] { docker.create_volume(some_volume("v")); });
  list();
  CHECK(count_present(last_batch(*this).volumes) == 1);
  CHECK(last_batch(*this).volumes.told.empty());
  CHECK(last_batch(*this).observed_at != never);
  send(handler, atom::recheck_v, std::vector<std::string>{"v"});
  run();
  CHECK(last_batch(*this).volumes.present.size() == 1);
  CHECK(last_batch(*this).volumes.told.empty());
}

TEST_CASE("rows were observed when the daemon had answered") {
  handler_rig rig;
  timestamp now = 1'000;
  rig.handlers_clock = [&now] { return now; };
  rig.start(volume_kind);
  rig.docker.during_next(docker_call::list_volumes, [&now] { now = 9'000; });
  rig.list();
  CHECK(last_batch(rig).observed_at == 9'000);
}

TEST_CASE_FIXTURE(volume_handler_rig, "a told time outlasts an outage of the database") {
  store->fail({ec::store_unreachable, "away"});
  docker.create_volume(some_volume("v"));
  const auto created = docker.remembered().back().time;
  deliver();
  CHECK(store->batches().empty());
  store->recover();
  advance(10s);
  REQUIRE_FALSE(store->batches().empty());
  CHECK(store->batches().front().volumes.told == told_times{{"v", created}});
}

TEST_CASE("a hub's store gets an agent's told times, but none from the future") {
  fleet_rig fleet;
  auto a = fleet.start_agent("a", 1);
  const auto now = fleet.wall_clock()();
  auto batch = fleet_rig::batch_of({"v1", "v2"}, false);
  batch.volumes.told = {{"not here", 5}, {"v1", 7}, {"v2", now + 3600 * nanos_per_second}};
  batch.observed_at = now + 3600 * nanos_per_second;
  fleet.spawn_function([&](caf::event_based_actor* self) {
    self->request(a->link, caf::infinite, batch).then([a](write_answer& x) {
      a->answers.push_back(std::move(x));
    });
  });
  fleet.run();
  REQUIRE_FALSE(fleet.store->batches().empty());
  const auto written = fleet.store->batches().back();
  const auto limit = now + 60 * nanos_per_second;
  CHECK(written.volumes.told == told_times{{"v1", 7}, {"v2", limit}});
  CHECK(written.observed_at == limit);
}
