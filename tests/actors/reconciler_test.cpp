// When everything is listed again.

#include "tests/actors/reconciler_rig.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

#include <set>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(reconciling, "the first connection lists everything, and each later one") {
  CHECK(volumes->reconciles.empty());
  connect();
  REQUIRE(volumes->reconciles.size() == 1);
  REQUIRE(containers->reconciles.size() == 1);
  CHECK(volumes->reconciles[0] == std::pair{list_reason::start, std::uint64_t{1}});
  CHECK(containers->reconciles[0] == volumes->reconciles[0]);

  listed(volume_kind, 1);
  listed(container_kind, 1);
  disconnect();
  CHECK(volumes->reconciles.size() == 1);
  connect();
  REQUIRE(volumes->reconciles.size() == 2);
  CHECK(volumes->reconciles[1] == std::pair{list_reason::reconnect, std::uint64_t{2}});
  CHECK(containers->reconciles.size() == 2);
}

TEST_CASE_FIXTURE(reconciling, "a repeated report of the stream lists nothing") {
  connect();
  listed(volume_kind, 1);
  listed(container_kind, 1);
  connect();
  CHECK(volumes->reconciles.size() == 1);
}

TEST_CASE_FIXTURE(
    reconciling, "the lists after a connection verify the time up to which the API has caught up") {
  connect();
  CHECK(volumes->barriers == std::vector{now() - 2'000'000'000});
  CHECK(containers->barriers == std::vector{now() - 2'000'000'000});
}

TEST_CASE_FIXTURE(reconciling, "a demand joins a run that has not begun, and no other run") {
  connect();
  listed(volume_kind, 1);
  listed(container_kind, 1);
  const auto first = demand(reconcile_scope::volumes);
  const auto second = demand(reconcile_scope::volumes);
  const auto other = demand(reconcile_scope::containers);
  REQUIRE(first->value);
  CHECK(first->value->scope == reconcile_scope::volumes);
  CHECK(second->value == first->value);
  REQUIRE(other->value);
  CHECK(other->value->run_id != first->value->run_id);
  CHECK(volumes->reconciles.size() == 2); // requested once
  CHECK(volumes->reconciles.back() == std::pair{list_reason::demand, first->value->run_id});

  send(actor, atom::listing_v, volume_kind, first->value->run_id);
  run();
  const auto late = demand(reconcile_scope::volumes);
  REQUIRE(late->value);
  CHECK(late->value->run_id != first->value->run_id);
  CHECK(volumes->reconciles.size() == 3);
}

TEST_CASE_FIXTURE(reconciling, "a demand while Docker is not connected is an error that says so") {
  connect();
  disconnect();
  const auto answer = demand(reconcile_scope::full);
  CHECK_FALSE(answer->value);
  CHECK(answer->why == caf::sec::invalid_argument);
  CHECK(caf().render(answer->why).find("the daemon is away") != std::string::npos);
}

TEST_CASE_FIXTURE(reconciling, "periodic runs come about every interval while connected") {
  connect();
  listed(volume_kind, 1);
  listed(container_kind, 1);
  std::vector<std::uint64_t> seen;
  for (int minute = 0; minute < 300; ++minute) {
    advance(1min);
    if (volumes->reconciles.size() == 1)
      continue;
    const auto [reason, run_id] = volumes->reconciles.back();
    if (seen.empty() || seen.back() != run_id) {
      CHECK(reason == list_reason::interval);
      seen.push_back(run_id);
      listed(volume_kind, run_id);
      listed(container_kind, run_id);
    }
  }
  CHECK(seen.size() >= 9);
  CHECK(seen.size() <= 10);
}

TEST_CASE("the periodic runs of many nodes spread over time") {
  std::set<std::int64_t> waits;
  for (std::uint64_t node = 0; node < 10; ++node) {
    reconciling rig{30min, support::test_seed() + node};
    rig.connect();
    const auto began = rig.now();
    rig.listed(volume_kind, 1);
    rig.listed(container_kind, 1);
    while (rig.volumes->reconciles.size() < 2 && rig.now() - began < 3'600'000'000'000)
      rig.advance(1s);
    const auto waited = (rig.now() - began) / 1'000'000'000;
    CHECK(waited >= 1'710); // a twentieth to both sides
    CHECK(waited <= 1'891);
    waits.insert(waited);
  }
  CHECK(waits.size() > 1);
}

TEST_CASE("an interval of zero means no periodic runs") {
  reconciling rig{0ms};
  rig.connect();
  rig.listed(volume_kind, 1);
  rig.listed(container_kind, 1);
  rig.advance(5h);
  CHECK(rig.volumes->reconciles.size() == 1);
}

TEST_CASE_FIXTURE(reconciling, "there are no periodic runs while Docker is not connected") {
  connect();
  listed(volume_kind, 1);
  listed(container_kind, 1);
  disconnect();
  advance(5h);
  CHECK(volumes->reconciles.size() == 1);
}

TEST_CASE_FIXTURE(reconciling, "barriers count only while connected") {
  send(actor, atom::barrier_v, now());
  run();
  CHECK(volumes->barriers.empty());
  connect();
  advance(1s);
  send(actor, atom::barrier_v, now());
  run();
  CHECK(volumes->barriers.back() == now());
  CHECK(containers->barriers.back() == now());
  disconnect();
  const auto before = volumes->barriers.size();
  send(actor, atom::barrier_v, now());
  run();
  CHECK(volumes->barriers.size() == before);
}

TEST_CASE_FIXTURE(reconciling, "the record of runs survives a restart of the reconciler") {
  connect();
  listed(volume_kind, 1);
  listed(container_kind, 1);
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  start();
  connect();
  REQUIRE(volumes->reconciles.size() == 2);
  CHECK(volumes->reconciles.back().second == 2);
  listed(volume_kind, 2);
  listed(container_kind, 2);
  CHECK(health->statuses.back().full_runs == 2);
}

TEST_CASE_FIXTURE(reconciling,
                  "lists that it got no report of do not count for a later connection") {
  connect();
  // The handlers have listed, but the reconciler that got their reports is dead.
  caf::anon_send_exit(actor, caf::exit_reason::kill);
  start();
  connect();
  CHECK(volumes->reconciles.size() == 2);
  CHECK(containers->reconciles.size() == 2);
}

TEST_CASE_FIXTURE(reconciling,
                  "when another node writes the rows, none of them count as verified") {
  connect();
  listed(volume_kind, 1);
  listed(container_kind, 1);
  advance(10s);
  REQUIRE(volumes->reconciles.size() == 1);
  store->lock_out("h");
  advance(10s);
  REQUIRE(volumes->reconciles.size() == 2);
  CHECK(volumes->reconciles.back() == std::pair{list_reason::lost_rows, std::uint64_t{0}});
  CHECK(containers->reconciles == volumes->reconciles);
  advance(1min);
  CHECK(volumes->reconciles.size() == 2); // requested once
  store->let_in("h");
  advance(10s);
  REQUIRE(volumes->reconciles.size() == 3); // what the other has written, too
  CHECK(containers->reconciles.size() == 3);
  advance(1min);
  CHECK(volumes->reconciles.size() == 3);
}
