// Barriers: when the low watermark rises.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

TEST_CASE("nothing is verified before a list is complete") {
  plan_bench bench;
  bench.plan.add_barrier(100);
  bench.event("start", "a");
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == never);
  bench.want(list_reason::demand);
  bench.begin_list();
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a barrier passes at once when nothing waits") {
  auto bench = plan_bench::listed();
  bench.plan.add_barrier(100);
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a barrier with an earlier time means that the clock was set back") {
  auto bench = plan_bench::listed();
  bench.plan.add_barrier(100);
  bench.plan.add_barrier(90);
  CHECK(bench.plan.status().verified == 90);
  bench.plan.add_barrier(100);
  bench.event("start", "a");
  bench.plan.add_barrier(110);
  bench.plan.add_barrier(50);
  CHECK(bench.plan.status().verified == never);
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == 50);
}

TEST_CASE("a barrier waits for earlier events and not for later ones") {
  auto bench = plan_bench::listed();
  bench.event("start", "a");
  bench.plan.add_barrier(100);
  bench.begin_keys();
  bench.event("start", "b");
  bench.plan.add_barrier(200);
  CHECK(bench.plan.status().verified == never);
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == 200);
}

TEST_CASE("a barrier waits for the delayed recheck") {
  auto bench = plan_bench::listed();
  bench.event("die", "a");
  bench.plan.add_barrier(100);
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == never);
  bench.sleep();
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a container that dies every second is verified again and again, if late") {
  auto bench = plan_bench::listed();
  for (auto second = 1; second <= 20; ++second) {
    bench.event("die", "a");
    bench.plan.add_barrier(second);
    bench.begin_keys();
    bench.finish();
    bench.advance(1s);
    if (second > 4)
      CHECK(bench.plan.status().verified >= second - 3);
  }
}

TEST_CASE("a barrier waits for a list that is wanted or in flight") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::overflow);
  bench.plan.add_barrier(100);
  CHECK(bench.plan.status().verified == never);
  bench.begin_list();
  bench.plan.add_barrier(110);
  CHECK(bench.plan.status().verified == never);
  bench.finish();
  CHECK(bench.plan.status().verified == never); // the second list
  bench.sleep();
  bench.begin_list();
  bench.finish();
  CHECK(bench.plan.status().verified == 110);
}

TEST_CASE("waiting barriers are bounded, and the newest counts in the end") {
  auto bench = plan_bench::listed();
  bench.event("start", "a");
  for (timestamp at = 1; at <= 10'000; ++at)
    bench.plan.add_barrier(at);
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == 10'000);
}

TEST_CASE("barriers do not wait for the list that follows left-out entries") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.plan.list_left_out(true, bench.now);
  bench.finish();
  bench.plan.add_barrier(70);
  CHECK(bench.plan.status().verified == 70);
  bench.sleep();
  bench.begin_list();
  bench.plan.add_barrier(80);
  CHECK(bench.plan.status().verified == 80);
  bench.event("start", "a");
  bench.plan.add_barrier(90);
  CHECK(bench.plan.status().verified == 80);
}

TEST_CASE("a delayed list for lost rows is not forgotten, and barriers wait for it") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::lost_rows);
  bench.begin_list();
  bench.want(list_reason::lost_rows); // may have been lost after the list was made
  bench.plan.add_barrier(100);
  bench.finish();
  CHECK(bench.plan.status().verified == never);
  CHECK_FALSE(bench.plan.status().idle);
  CHECK(bench.plan.keys().pending() == 1);
  CHECK_FALSE(bench.begin());
  CHECK(bench.plan.next_due() == bench.now + bench.limits.lost_rows_apart);
  bench.sleep();
  CHECK(bench.begin_list().reasons == std::set{list_reason::lost_rows});
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
  CHECK(bench.plan.status().idle);
}
