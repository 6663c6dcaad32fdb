#include "sync/reconcile_ledger.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <map>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace std::chrono_literals;
using enum reconcile_scope;

namespace {

/// A ledger and a clock.
struct ledger_bench {
  reconcile_ledger ledger;
  reconcile_ledger::time_point now = reconcile_ledger::time_point{} + 1h;

  reconcile_ledger::demand request(reconcile_scope scope,
                                   list_reason reason = list_reason::demand) {
    return ledger.request(scope, reason, now);
  }
  void started(resource_kind kind, std::uint64_t upto) { ledger.list_started(kind, upto, now); }
  std::vector<finished_run> finished(resource_kind kind, std::uint64_t upto, bool ok = true) {
    return ledger.list_finished(kind, upto, ok, now);
  }
  std::vector<finished_run> list(resource_kind kind, std::uint64_t upto, bool ok = true) {
    started(kind, upto);
    now += 10ms;
    return finished(kind, upto, ok);
  }
};

constexpr auto volumes_kind = resource_kind::volume;
constexpr auto containers_kind = resource_kind::container;

} // namespace

TEST_CASE("runs are numbered from 1 on") {
  ledger_bench bench;
  CHECK(bench.request(full).ticket == reconcile_ticket{.run_id = 1, .scope = full});
  CHECK(bench.request(volumes).ticket == reconcile_ticket{.run_id = 2, .scope = volumes});
  CHECK(bench.ledger.open() == 2);
}

TEST_CASE("a request joins a waiting run of its scope") {
  ledger_bench bench;
  CHECK(bench.request(full).is_new);
  CHECK(bench.request(volumes).is_new);
  auto again = bench.request(full);
  CHECK_FALSE(again.is_new);
  CHECK(again.ticket.run_id == 1);
  CHECK(bench.ledger.open() == 2);
}

TEST_CASE("a request does not join a run after one of its lists has started") {
  ledger_bench bench;
  bench.request(full);
  bench.started(volumes_kind, 1);
  CHECK(bench.request(full).ticket.run_id == 2);
  bench.finished(volumes_kind, 1);
  CHECK(bench.request(full).ticket.run_id == 2);
}

TEST_CASE("a request joins a run whose only list has failed") {
  ledger_bench bench;
  bench.request(full);
  bench.list(volumes_kind, 1, false);
  CHECK_FALSE(bench.request(full).is_new);
}

TEST_CASE("a full run is done when both kinds were listed") {
  ledger_bench bench;
  bench.request(full, list_reason::start);
  CHECK_FALSE(bench.ledger.initial_done());
  CHECK(bench.list(volumes_kind, 1).empty());
  CHECK_FALSE(bench.ledger.initial_done());
  bench.now += 100ms;
  auto done = bench.list(containers_kind, 1);
  REQUIRE(done.size() == 1);
  CHECK(done[0].id == 1);
  CHECK(done[0].scope == full);
  CHECK(done[0].reason == list_reason::start);
  CHECK(done[0].duration == 120ms);
  CHECK(bench.ledger.initial_done());
  CHECK(bench.ledger.full_runs() == 1);
  CHECK(bench.ledger.volume_runs() == 1);
  CHECK(bench.ledger.container_runs() == 1);
  CHECK(bench.ledger.open() == 0);
}

TEST_CASE("a run of one kind is done when that kind was listed") {
  ledger_bench bench;
  bench.request(containers);
  CHECK(bench.list(volumes_kind, 1).empty());
  auto done = bench.list(containers_kind, 1);
  REQUIRE(done.size() == 1);
  CHECK(done[0].scope == containers);
  CHECK(done[0].duration == 10ms);
  CHECK(bench.ledger.full_runs() == 0);
  CHECK_FALSE(bench.ledger.initial_done());
}

TEST_CASE("a list does not answer a run that is newer than the list") {
  ledger_bench bench;
  bench.request(volumes);
  bench.started(volumes_kind, 1);
  bench.request(volumes);
  auto done = bench.finished(volumes_kind, 1);
  REQUIRE(done.size() == 1);
  CHECK(done[0].id == 1);
  CHECK(bench.list(volumes_kind, 0).empty());
  CHECK(bench.list(volumes_kind, 2).size() == 1);
}

TEST_CASE("a run whose handler has died is answered by the list of the next") {
  ledger_bench bench;
  bench.request(volumes);
  bench.started(volumes_kind, 1); // and never heard of again
  bench.request(volumes);
  auto done = bench.list(volumes_kind, 2);
  REQUIRE(done.size() == 2);
  CHECK(done[0].id == 1);
  CHECK(done[1].id == 2);
}

TEST_CASE("a list counts even when its start was not reported") {
  ledger_bench bench;
  bench.request(volumes);
  auto done = bench.finished(volumes_kind, 1);
  REQUIRE(done.size() == 1);
  CHECK(done[0].duration == 0ms);
}

TEST_CASE("a failed list leaves its runs open, and the time goes on from the first") {
  ledger_bench bench;
  bench.request(volumes);
  CHECK(bench.list(volumes_kind, 1, false).empty());
  CHECK(bench.ledger.open() == 1);
  bench.now += 1s;
  auto done = bench.list(volumes_kind, 1);
  REQUIRE(done.size() == 1);
  CHECK(done[0].duration == 1020ms);
  CHECK(bench.ledger.volume_runs() == 2); // failed ones count
}

TEST_CASE("a kind that was listed stays listed when the other fails") {
  ledger_bench bench;
  bench.request(full);
  bench.list(volumes_kind, 1);
  bench.list(volumes_kind, 1, false);
  bench.list(containers_kind, 1, false);
  CHECK(bench.list(containers_kind, 1).size() == 1);
}

TEST_CASE("lists that answer no run are counted") {
  ledger_bench bench;
  bench.list(volumes_kind, 0);
  bench.list(containers_kind, 0, false);
  CHECK(bench.ledger.volume_runs() == 1);
  CHECK(bench.ledger.container_runs() == 1);
  CHECK(bench.ledger.last_success(volumes_kind) == bench.now - 10ms);
  CHECK_FALSE(bench.ledger.last_success(containers_kind));
}

TEST_CASE("the oldest open run decides since when something waits") {
  ledger_bench bench;
  CHECK_FALSE(bench.ledger.waiting_since());
  auto first = bench.now;
  bench.request(volumes);
  bench.now += 1s;
  bench.request(containers);
  CHECK(bench.ledger.waiting_since() == first);
  bench.list(volumes_kind, 1);
  CHECK(bench.ledger.waiting_since() == first + 1s);
}

TEST_CASE("open runs are bounded, and a later run replaces a forgotten one") {
  ledger_bench bench;
  for (std::uint64_t id = 1; id <= 5'000; ++id) {
    CHECK(bench.request(full).ticket.run_id == id);
    bench.list(volumes_kind, id);
    bench.list(containers_kind, id, false);
  }
  CHECK(bench.ledger.open() == reconcile_ledger::open_max);
  CHECK(bench.list(containers_kind, 5'000).size() == reconcile_ledger::open_max);
  CHECK(bench.ledger.initial_done());
}

TEST_CASE("a run is done once, and only after lists that started later than it was asked for") {
  CHECK(rc::check([] {
    ledger_bench bench;
    std::map<std::uint64_t, int> asked, done; // run, step
    struct list {
      std::uint64_t upto = 0;
      int began = 0;
      bool under_way = false;
    };
    list lists[2];
    std::map<std::uint64_t, std::array<int, 2>>
        listed; // run: the start of the good list of each kind
    std::map<std::uint64_t, reconcile_scope> scopes;
    auto steps = *rc::gen::inRange(0, 200);
    for (auto step = 1; step <= steps; ++step) {
      auto action = *rc::gen::inRange(0, 5);
      if (action == 0) {
        auto scope = *rc::gen::element(full, volumes, containers);
        auto got = bench.request(scope);
        RC_ASSERT(got.ticket.scope == scope);
        RC_ASSERT(got.is_new == !scopes.contains(got.ticket.run_id));
        RC_ASSERT(!done.contains(got.ticket.run_id));
        scopes[got.ticket.run_id] = scope;
        asked[got.ticket.run_id] = step; // the last to join counts
        continue;
      }
      auto kind = action % 2 == 0 ? volumes_kind : containers_kind;
      auto& x = lists[static_cast<std::size_t>(kind)];
      if (!x.under_way) {
        x = {.upto = asked.empty() ? 0 : asked.rbegin()->first, .began = step, .under_way = true};
        bench.started(kind, x.upto);
        continue;
      }
      auto ok = *rc::gen::inRange(0, 3) > 0;
      x.under_way = false;
      for (const auto& [id, scope] : scopes)
        if (ok && id <= x.upto && covers(scope, kind))
          listed[id][static_cast<std::size_t>(kind)] = x.began;
      for (const auto& run : bench.finished(kind, x.upto, ok)) {
        RC_ASSERT(!done.contains(run.id));
        done[run.id] = step;
        for (auto k : {volumes_kind, containers_kind})
          if (covers(run.scope, k))
            RC_ASSERT(listed[run.id][static_cast<std::size_t>(k)] > asked[run.id]);
      }
    }
    RC_ASSERT(bench.ledger.open() == scopes.size() - done.size());
  }));
}
