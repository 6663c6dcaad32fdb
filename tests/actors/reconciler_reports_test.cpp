// What the reconciler reports about its runs, and what it writes into the host's row.

#include "tests/actors/reconciler_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

TEST_CASE_FIXTURE(reconciling, "a full run is done when both kinds are listed") {
  connect();
  listed(volume_kind, 1);
  REQUIRE_FALSE(health->statuses.empty());
  CHECK(health->statuses.back().full_runs == 0);
  CHECK_FALSE(health->statuses.back().initial_done);
  listed(container_kind, 1);
  CHECK(health->statuses.back().full_runs == 1);
  CHECK(health->statuses.back().volume_runs == 1);
  CHECK(health->statuses.back().container_runs == 1);
  CHECK(health->statuses.back().initial_done);
  CHECK(metrics->statuses.back().full_runs == 1);
  REQUIRE(metrics->runs_done.size() == 1);
  CHECK(metrics->runs_done[0] == doctest::Approx(2));
  CHECK(log.has("the first full reconciliation is done"));
}

TEST_CASE_FIXTURE(reconciling, "a failed list does not complete its run") {
  connect();
  listed(volume_kind, 1, false);
  listed(container_kind, 1);
  CHECK_FALSE(health->statuses.back().initial_done);
  listed(volume_kind, 1);
  CHECK(health->statuses.back().initial_done);
}

TEST_CASE_FIXTURE(reconciling, "a partial list is logged") {
  connect();
  list_report report;
  report.run_id = 1;
  report.ok = true;
  report.warnings = {"driver nfs does not answer"};
  send(actor, report);
  run();
  CHECK(log.has("driver nfs does not answer"));
}

TEST_CASE_FIXTURE(reconciling, "the host's row has its engine and when it was last seen") {
  connect();
  CHECK(facts().engine_id == "engine");
  CHECK(facts().engine_version == "26.1");
  CHECK(facts().last_seen_at == now());
  CHECK(facts().verified_at == never);
  advance(10s);
  CHECK(facts().last_seen_at == now());
}

TEST_CASE_FIXTURE(reconciling, "the host's row has the time up to which both kinds are verified") {
  connect();
  const auto at = now();
  send(actor, atom::verified_v, volume_kind, at + 5);
  advance(11s);
  CHECK(facts().verified_at == never);
  send(actor, atom::verified_v, container_kind, at + 3);
  advance(11s);
  CHECK(facts().verified_at == at + 3);
  CHECK(health->statuses.back().verified_at == at + 3);
}

TEST_CASE_FIXTURE(reconciling, "the host's row is written again after the database was away") {
  store->fail({ec::store_unreachable, "away"});
  connect();
  advance(1min);
  CHECK(facts().last_seen_at == never);
  store->recover();
  advance(10s);
  CHECK(facts().last_seen_at == now());
}
