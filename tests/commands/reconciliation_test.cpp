// One pass of `reconcile`, with a daemon and a store in this process.

#include "commands/dry_store.hpp"
#include "commands/reconciliation.hpp"
#include "tests/support/memory_store.hpp"
#include "tests/support/scripted_docker.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::commands;
using namespace std::chrono_literals;
using support::docker_call;
using support::memory_rows;
using support::some_container;
using support::some_volume;

namespace {

const std::string host = "one";
constexpr timestamp wall = 1'750'000'000'000'000'000;

struct reconciling {
  /// One pass. Its waits take no time.
  pass_outcome pass(persistence::store& to) {
    auto done = reconcile_once(host, fetcher, to, clocks);
    REQUIRE_MESSAGE(done, done.error().text);
    return std::move(*done);
  }
  pass_outcome run() { return pass(rows); }
  pass_outcome dry_run() {
    dry_store dry{rows};
    return pass(dry);
  }
  memory_rows recorded() const { return rows.rows(host); }
  void change_rows(const std::function<void(memory_rows&)>& how) { rows.meddle(host, how); }
  /// So many volumes that Docker does not have.
  void record_volumes(int count) {
    change_rows([count](memory_rows& x) {
      for (int i = 0; i < count; ++i)
        x.volumes["old" + std::to_string(i)] = some_volume("old" + std::to_string(i));
    });
  }
  static std::size_t count(const pass_outcome& x, row_kind kind, operation op) {
    return static_cast<std::size_t>(std::ranges::count_if(
        x.changes, [=](const row_change& one) { return one.kind == kind && one.op == op; }));
  }
  static bool remarks_on(const pass_outcome& x, const std::string& what) {
    return std::ranges::any_of(x.remarks, [&](const std::string& sentence) {
      return sentence.find(what) != std::string::npos;
    });
  }

  sync::time_point now{};
  sync::milliseconds slept{};
  pass_clocks clocks{.now = [this] { return now; },
                     .sleep =
                         [this](sync::milliseconds x) {
                           now += x;
                           slept += x;
                         },
                     .wall = [] { return wall; }};
  support::scripted_docker docker{[] { return wall; }};
  std::unique_ptr<docker::client> client = docker.make_client();
  docker_fetcher fetcher{*client};
  support::memory_store rows;
};

} // namespace

TEST_CASE_FIXTURE(reconciling, "a dry run shows what a run would write, and writes nothing") {
  docker.create_volume(some_volume("kept"));
  docker.create_volume(some_volume("replaced"));
  docker.run_container(some_container("old", {{"removed", "/data", true}}));
  docker.create_volume(some_volume("removed"));
  run();
  docker.remove_container("old");
  docker.remove_volume("removed");
  docker.remove_volume("replaced");
  auto replaced = some_volume("replaced");
  replaced.labels = {{"new", "yes"}};
  docker.create_volume(replaced);
  docker.create_volume(some_volume("added"));
  docker.run_container(some_container("new", {{"added", "/data", true}}));

  const auto before = recorded();
  const auto written = rows.applied();
  const auto would = dry_run();
  CHECK(recorded() == before);
  CHECK(rows.applied() == written);
  const std::vector<row_change> expected{
      {row_kind::volume, operation::create, "added", {}},
      {row_kind::volume, operation::remove, "removed", {}},
      {row_kind::volume, operation::update, "replaced", {}},
      {row_kind::container, operation::create, "new", {}},
      {row_kind::container, operation::remove, "old", {}},
      {row_kind::mount, operation::create, "new", "added at /data"},
      {row_kind::mount, operation::remove, "old", "removed at /data"},
  };
  CHECK(would.changes == expected);
  CHECK(run().changes == expected);
  CHECK(dry_run().changes.empty());
  CHECK(slept == 0ms);
}

TEST_CASE_FIXTURE(reconciling,
                  "rows were observed when the daemon had answered, and no event told of them") {
  docker.create_volume(some_volume("v"));
  auto clock = wall;
  clocks.wall = [&clock] { return clock; };
  docker.during_next(docker_call::list_volumes, [&clock] { clock += 5; });
  run();
  const auto batches = rows.batches();
  REQUIRE_FALSE(batches.empty());
  CHECK(batches.front().observed_at == wall + 5);
  CHECK(batches.front().volumes.told.empty());
}

TEST_CASE_FIXTURE(reconciling, "a second list confirms that most rows go, in a dry run, too") {
  record_volumes(20);
  const auto would = dry_run();
  CHECK(count(would, row_kind::volume, operation::remove) == 20);
  CHECK(docker.calls(docker_call::list_volumes) == 2);
  CHECK(recorded().volumes.size() == 20);
  CHECK(run().changes == would.changes);
  CHECK(recorded().volumes.empty());
}

TEST_CASE_FIXTURE(reconciling, "spared volumes are inspected in a dry run as often as in a run") {
  // More than the store names at once, of a driver that the list lacks.
  change_rows([](memory_rows& x) {
    for (int i = 0; i < 400; ++i) {
      auto& row = x.volumes["v" + std::to_string(i)] = some_volume("v" + std::to_string(i));
      row.driver = "nas";
    }
  });
  docker.create_volume(some_volume("here"));
  const auto would = dry_run();
  const auto inspected = docker.inspected();
  CHECK(count(would, row_kind::volume, operation::remove) == 400);
  CHECK(run().changes == would.changes);
  CHECK(docker.inspected().size() == 2 * inspected.size());
}

TEST_CASE_FIXTURE(reconciling, "an inspect finds a start that no list shows") {
  docker.run_container(some_container("c"));
  run();
  change_rows([](memory_rows& x) { x.containers.at("c").started_at += 1; });
  const auto would = dry_run();
  CHECK(would.changes
        == std::vector<row_change>{{row_kind::container, operation::update, "c", {}}});
  CHECK(run().changes == would.changes);
  CHECK(recorded().containers.at("c").started_at == docker.containers().at("c").started_at);
}

TEST_CASE_FIXTURE(reconciling, "an inspect that fails once is repeated, and nothing is remarked") {
  docker.run_container(some_container("c"));
  docker.fail(docker_call::inspect_container, {ec::docker_refused, "500: busy"}, 1);
  CHECK(run().remarks.empty());
  CHECK(recorded().containers.at("c").started_at != never);
  CHECK(slept > 0ms);
}

TEST_CASE_FIXTURE(reconciling,
                  "a resource that can't be inspected holds a pass up for two seconds at most") {
  docker.run_container(some_container("c"));
  docker.fail_key("c", {ec::docker_refused, "500: broken"});
  change_rows([](memory_rows& x) {
    x.volumes["away"] = some_volume("away");
    x.volumes["away"].driver = "nas";
  });
  docker.fail_key("away", {ec::docker_refused, "no plugin"});
  const auto done = run();
  CHECK(slept <= 2s);
  CHECK(remarks_on(done, "the times of container c are unknown: 500: broken"));
  CHECK(remarks_on(done, "row of volume \"away\" stays"));
  CHECK(recorded().containers.contains("c"));
  CHECK(recorded().volumes.contains("away"));
}

TEST_CASE_FIXTURE(reconciling, "a partial list removes nothing, and its warning is a remark") {
  record_volumes(1);
  docker.warn("driver nfs does not answer", "hidden");
  const auto done = run();
  CHECK(done.changes.empty());
  REQUIRE(done.remarks.size() == 1);
  CHECK(remarks_on(done, "driver nfs does not answer"));
  CHECK(slept <= 2s);
}

TEST_CASE_FIXTURE(reconciling,
                  "entries that are left out, and rows that are rejected, are remarks") {
  docker.create_volume(some_volume("huge"));
  rows.reject("huge");
  docker.break_entry(resource_kind::volume, {.key = "odd", .driver = {}, .why = "no driver"},
                     "odd");
  const auto done = run();
  CHECK(done.remarks.size() == 2);
  CHECK(remarks_on(done, "left out volume \"odd\": no driver"));
  CHECK(remarks_on(done, "can't hold volume \"huge\""));
}

TEST_CASE_FIXTURE(reconciling, "a pass ends at once when another node writes the rows") {
  docker.create_volume(some_volume("v"));
  rows.lock_out(host);
  const auto done = run();
  CHECK(done.locked_out);
  CHECK(done.changes.empty());
  CHECK(docker.calls(docker_call::list_containers) == 0);
  const auto would = dry_run();
  CHECK_FALSE(would.locked_out);
  CHECK(would.changes.size() == 1);
}

TEST_CASE_FIXTURE(reconciling, "a pass fails when the daemon or the database does not answer") {
  const failure away{ec::docker_unreachable, "connection refused"};
  docker.fail(docker_call::list_containers, away);
  CHECK(reconcile_once(host, fetcher, rows, clocks).error() == away);
  docker.recover();
  const failure down{ec::store_unreachable, "the database is down"};
  rows.fail(down);
  CHECK(reconcile_once(host, fetcher, rows, clocks).error() == down);
}
