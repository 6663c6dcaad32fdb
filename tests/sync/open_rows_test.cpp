// Rows that a complete list leaves open: nothing is verified until it is proven whether their
// resources exist.

#include "sync/list_completion.hpp"
#include "sync/open_rows.hpp"
#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

namespace {

const failure refused{ec::docker_refused, "500: the storage layer is gone"};
const failure malformed{ec::docker_malformed, "its state is missing"};

/// A plan whose "odd" is set aside.
plan_bench with_one_set_aside() {
  auto bench = plan_bench::listed();
  bench.event("start", "odd");
  while (!bench.plan.keys().is_set_aside("odd") || !bench.plan.status().idle) {
    if (const auto what = bench.begin())
      bench.finish(what->keys);
    else
      bench.sleep();
  }
  return bench;
}

/// The complete list in flight leaves "odd" open.
void leave_odd_open(plan_bench& bench, bool left_out) {
  bench.plan.list_left_out(left_out, bench.now);
  bench.plan.list_shows({}, {"odd"});
  bench.plan.list_leaves_open({.keys = {"odd"}, .left_out = left_out});
  bench.finish({}, {"odd"});
}

void list_leaves_odd_open(plan_bench& bench, bool left_out = true) {
  bench.begin_list();
  leave_odd_open(bench, left_out);
}

/// The next inspect of "odd", while lists leave it open.
fetch next_inspect(plan_bench& bench) {
  for (;;) {
    bench.sleep();
    if (bench.plan.keys().pending() == 0)
      FAIL("nothing waits");
    auto copy = bench; // to see whether a list comes next
    const auto what = copy.begin();
    if (what && what->list) {
      list_leaves_odd_open(bench);
      continue;
    }
    return *bench.begin();
  }
}

} // namespace

TEST_CASE("an event waits for the inspect of a key that the list leaves open") {
  auto bench = plan_bench::listed();
  bench.event("destroy", "odd");
  bench.want(list_reason::interval);
  bench.plan.add_barrier(100);
  list_leaves_odd_open(bench);
  CHECK(bench.plan.status().verified == never);
  CHECK(bench.begin_keys() == keys{"odd"});
  CHECK(sum(bench.finish().processed) == 1);
}

TEST_CASE("a list waits for the inspect of a row that it leaves open, also without an event") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  bench.plan.add_barrier(100);
  list_leaves_odd_open(bench);
  CHECK(bench.plan.status().verified == never);
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a key that is set aside and left open is proven by an inspect, and by nothing before") {
  for (const auto& why : {refused, malformed}) {
    CAPTURE(why.text);
    auto bench = with_one_set_aside();
    bench.event("start", "odd");
    bench.plan.add_barrier(100);
    const auto began = bench.now;
    const auto what = next_inspect(bench);
    CHECK(what.retry);
    CHECK(bench.now - began < 4s);
    CHECK(bench.plan.status().verified == never);
    bench.plan.finish({{"odd", why}}, {}, bench.now);
    // A resource that can't be read exists, and no more can be known of it.
    CHECK((bench.plan.status().verified == 100) == (why == malformed));
    CHECK(bench.plan.keys().is_set_aside("odd"));
    if (why == malformed)
      continue;
    CHECK(next_inspect(bench).retry);
    bench.finish();
    CHECK(bench.plan.status().verified == 100);
    CHECK_FALSE(bench.plan.keys().is_set_aside("odd"));
  }
}

TEST_CASE("the events of a key that is left open do not wait for its proof") {
  auto bench = with_one_set_aside();
  bench.event("start", "odd");
  bench.sleep();
  list_leaves_odd_open(bench);
  CHECK(bench.plan.status().incomplete_events == 0);
  CHECK_FALSE(bench.plan.status().idle);
}

TEST_CASE("the next list proves a key that was left open, however soon it comes") {
  auto bench = with_one_set_aside();
  bench.event("start", "odd");
  bench.plan.add_barrier(100);
  bench.sleep();
  list_leaves_odd_open(bench);
  bench.want(list_reason::demand);
  bench.begin_list();
  bench.plan.list_shows({"odd"});
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a list that only follows left-out entries holds up no barrier for a key set aside") {
  auto bench = with_one_set_aside();
  bench.want(list_reason::interval);
  list_leaves_odd_open(bench);
  CHECK(next_inspect(bench).retry);
  bench.plan.finish({{"odd", malformed}}, {}, bench.now);
  bench.plan.add_barrier(100);
  CHECK(bench.plan.status().verified == 100);
  bench.now += bench.limits.left_out_again_max;
  list_leaves_odd_open(bench);
  bench.plan.add_barrier(200);
  CHECK(bench.plan.status().verified == 200);
}

TEST_CASE("a volume that is set aside and whose driver is away holds up no barrier") {
  auto bench = with_one_set_aside();
  bench.want(list_reason::interval);
  bench.plan.add_barrier(100);
  list_leaves_odd_open(bench, false);
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a key that keeps failing is not inspected sooner because lists leave it open") {
  auto bench = plan_bench::listed();
  bench.event("start", "odd");
  bench.begin_keys();
  bench.finish({"odd"});
  list_leaves_odd_open(bench);
  CHECK_FALSE(bench.begin());
}

TEST_CASE("where the store does not name all rows, what the list lacks stays open") {
  auto bench = plan_bench::listed();
  bench.event("start", "named");
  bench.event("start", "shown");
  bench.event("start", "other");
  bench.want(list_reason::interval);
  bench.plan.add_barrier(100);
  bench.begin_list();
  bench.plan.list_left_out(true, bench.now);
  bench.plan.list_leaves_open(
      {.keys = {"named"}, .left_out = true, .others = true, .proven = {"shown"}});
  bench.finish();
  CHECK(bench.begin_keys() == keys{"named", "other"});
  bench.finish();
  CHECK(bench.plan.status().verified == never); // a row without a name may be open
  bench.sleep();
  bench.begin_list();
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("an event that says that a key set aside is gone leads to its inspect") {
  auto bench = with_one_set_aside();
  bench.event("destroy", "odd");
  bench.event("start", "good");
  bench.plan.add_barrier(100);
  CHECK(bench.begin_keys() == keys{"good"}); // which has not failed before
  bench.finish();
  CHECK(bench.begin_keys() == keys{"odd"});
  CHECK(bench.plan.status().verified == never);
  bench.finish();
  while (!bench.plan.status().idle) { // delayed rechecks
    bench.sleep();
    bench.catch_up();
  }
  CHECK(bench.plan.status().verified == 100);
  CHECK_FALSE(bench.plan.keys().is_set_aside("odd"));
}

TEST_CASE("a list whose driver is away proves nothing of a key that an event says is gone") {
  auto bench = with_one_set_aside();
  bench.event("destroy", "odd");
  bench.plan.add_barrier(100);
  for (const auto reason : {list_reason::prune, list_reason::reconnect, list_reason::demand}) {
    bench.want(reason);
    list_leaves_odd_open(bench, false);
    CHECK(bench.plan.status().verified == never);
    CHECK(bench.begin_keys() == keys{"odd"});
    bench.finish_unwritten();
    bench.advance(bench.limits.retry_max);
  }
  CHECK(bench.begin_keys() == keys{"odd"});
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a key that an event says is gone is set aside again when its inspects go on failing") {
  auto bench = with_one_set_aside();
  for (auto i = 0; i < 3; ++i) {
    bench.event("destroy", "odd");
    bench.plan.add_barrier(100 + i);
    auto inspects = 0U;
    while (!bench.plan.keys().is_set_aside("odd") || !bench.plan.status().idle) {
      if (const auto what = bench.begin(); what && what->list) {
        leave_odd_open(bench, false);
      } else if (what) {
        ++inspects;
        bench.finish(what->keys);
      } else {
        bench.sleep();
      }
    }
    CHECK(inspects == bench.limits.set_aside_after - 1);
    CHECK(bench.plan.status().verified == 100 + i); // the row is unverified, and holds nothing up
  }
}

TEST_CASE(
    "a list that did not ask for the drivers leaves a key that is set aside to the next one") {
  auto bench = with_one_set_aside();
  bench.want(list_reason::interval);
  bench.plan.add_barrier(100);
  bench.begin_list();
  bench.plan.list_leaves_open({.keys = {"odd"}, .drivers_unknown = true});
  bench.finish({}, {"odd"});
  CHECK(bench.plan.status().verified == never);
  bench.want(list_reason::failure);
  list_leaves_odd_open(bench, false);
  CHECK(bench.plan.status().verified == 100);
}
