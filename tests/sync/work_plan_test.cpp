#include "sync/work_plan.hpp"
#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

TEST_CASE("a new plan has nothing to fetch and nothing verified") {
  plan_bench bench;
  CHECK(bench.plan.status().idle);
  CHECK_FALSE(bench.begin());
  CHECK_FALSE(bench.plan.next_due());
  CHECK(bench.plan.keys().pending() == 0);
  CHECK(bench.plan.status().verified == never);
}

TEST_CASE("an event causes a fetch of its resource at once") {
  plan_bench bench;
  bench.event("start", "a");
  CHECK(bench.plan.next_due() == bench.now);
  CHECK(bench.begin_keys() == keys{"a"});
  CHECK(bench.plan.status().busy);
  auto done = bench.finish();
  REQUIRE(done.processed.size() == 1);
  CHECK(done.processed[0].meaning->event_type == "container.start");
  CHECK(done.processed[0].count == 1);
  CHECK(done.failed.empty());
  CHECK(bench.plan.status().idle);
}

TEST_CASE("a hundred events of one container are one fetch") {
  plan_bench bench;
  for (timestamp at = 100; at < 200; ++at)
    bench.event("pause", "a", at);
  CHECK(bench.plan.keys().pending() == 1);
  CHECK(bench.begin_keys() == keys{"a"});
  auto done = bench.finish();
  REQUIRE(done.processed.size() == 1);
  CHECK(done.processed[0].count == 100);
  CHECK(done.processed[0].oldest == 100);
  CHECK_FALSE(bench.begin());
}

TEST_CASE("events of different meanings are counted apart") {
  plan_bench bench;
  bench.event("create", "a");
  bench.event("start", "a");
  bench.begin_keys();
  CHECK(bench.finish().processed.size() == 2);
}

TEST_CASE("an event without a time does not count for the oldest time") {
  plan_bench bench;
  bench.event("pause", "a", never);
  bench.event("pause", "a", 70);
  bench.event("pause", "a", never);
  bench.begin_keys();
  CHECK(bench.finish().processed.at(0).oldest == 70);
}

TEST_CASE("one fetch is in flight at a time") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  bench.event("start", "b");
  bench.want(list_reason::demand);
  CHECK_FALSE(bench.begin());
  CHECK_FALSE(bench.plan.next_due());
  bench.finish();
  CHECK(bench.begin_list().reasons == std::set{list_reason::demand});
}

TEST_CASE("a key that becomes dirty during its fetch is fetched again") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  bench.event("pause", "a");
  CHECK(bench.plan.keys().pending() == 1);
  CHECK(bench.plan.status().incomplete_events == 2);
  CHECK(sum(bench.finish().processed) == 1);
  CHECK(bench.begin_keys() == keys{"a"});
  CHECK(sum(bench.finish().processed) == 1);
}

TEST_CASE("a fetch takes a limited number of keys, the longest waiting first") {
  plan_bench bench{{.batch_max = 2}};
  for (const auto* key : {"c", "b", "a"}) {
    bench.event("start", key);
    bench.advance(1ms);
  }
  CHECK(bench.begin_keys() == keys{"b", "c"});
  bench.finish();
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("a limit of zero keys counts as one") {
  plan_bench bench{{.batch_max = 0}};
  bench.event("start", "a");
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("a recheck fetches without an event") {
  plan_bench bench;
  bench.plan.recheck("v", bench.now);
  CHECK(bench.begin_keys() == keys{"v"});
  CHECK(bench.plan.keys().requested("v"));
  CHECK_FALSE(bench.plan.keys().covered_by_event("v"));
  CHECK(bench.finish().processed.empty());
}

TEST_CASE("a resource that exists after a removal event is a recreated one") {
  plan_bench bench;
  CHECK_FALSE(bench.plan.keys().recreated("a"));
  bench.event("destroy", "a");
  bench.event("create", "a");
  bench.event("create", "b");
  CHECK_FALSE(bench.plan.keys().recreated("a"));
  bench.begin_keys();
  CHECK(bench.plan.keys().recreated("a"));
  CHECK_FALSE(bench.plan.keys().recreated("b"));
  bench.finish();
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"a"});
  CHECK_FALSE(bench.plan.keys().recreated("a")); // it was already recorded as recreated
}

TEST_CASE("an event that the API may lag behind is followed by a delayed recheck") {
  plan_bench bench;
  auto noted = bench.now;
  bench.event("die", "a");
  bench.begin_keys();
  bench.advance(20ms);
  CHECK(sum(bench.finish().processed) == 1);
  CHECK_FALSE(bench.begin());
  CHECK(bench.plan.next_due() == noted + bench.limits.delayed_recheck);
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"a"});
  CHECK(bench.plan.keys().requested("a"));
  CHECK(bench.finish().processed.empty());
  CHECK(bench.plan.status().idle);
}

TEST_CASE("a fetch that begins after the API's lag needs no recheck") {
  plan_bench bench;
  bench.event("die", "a");
  bench.advance(bench.limits.delayed_recheck);
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().idle);
}

TEST_CASE("an event before the recheck does not replace it") {
  plan_bench bench;
  bench.event("die", "a");
  bench.begin_keys();
  bench.finish();
  bench.advance(100ms);
  bench.event("pause", "a"); // does not lag itself
  CHECK(bench.begin_keys() == keys{"a"});
  bench.finish();
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"a"});
  bench.finish();
  CHECK(bench.plan.status().idle);
}

TEST_CASE("an event during the first fetch does not replace the recheck") {
  plan_bench bench;
  bench.event("die", "a");
  bench.begin_keys();
  bench.event("pause", "a");
  bench.finish();
  bench.begin_keys();
  bench.finish();
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("finishing without a fetch in flight does nothing") {
  plan_bench bench;
  bench.event("start", "a");
  CHECK(bench.finish().processed.empty());
  CHECK(bench.finish_failed().failed.empty());
  CHECK(bench.plan.finish_partial({}, {}, bench.now).processed.empty());
  bench.finish_unwritten();
  bench.finish_held_back();
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("many dirty keys become one list, which completes them") {
  plan_bench bench{{.list_above = 3}};
  for (const auto* key : {"a", "b", "c"})
    bench.event("start", key);
  CHECK(bench.begin_keys().size() == 3);
  bench.finish();
  for (const auto* key : {"a", "b", "c", "d"})
    bench.event("start", key);
  CHECK(bench.begin_list().reasons == std::set{list_reason::escalation});
  CHECK(sum(bench.finish().processed) == 4);
  CHECK(bench.plan.status().idle);
}

TEST_CASE("rechecks that are not due do not count as many dirty keys") {
  plan_bench bench{{.batch_max = 10, .list_above = 3}};
  for (const auto* key : {"a", "b", "c"})
    bench.event("die", key);
  bench.begin_keys();
  bench.finish();
  bench.event("start", "d");
  CHECK(bench.begin_keys() == keys{"d"});
}

TEST_CASE("many dirty keys bring a later list forward") {
  plan_bench bench{{.list_above = 1}};
  bench.want(list_reason::start);
  bench.begin_list();
  bench.plan.finish_partial({}, {}, bench.now);
  bench.event("start", "a");
  bench.event("start", "b");
  bench.begin_list();
}

TEST_CASE("which keys are covered by events") {
  auto bench = plan_bench::listed();
  CHECK_FALSE(bench.plan.keys().covered_by_event("a"));
  CHECK_FALSE(bench.plan.keys().requested("a"));
  bench.event("start", "a");
  bench.event("die", "late");
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.event("start", "during");
  bench.plan.recheck("named", bench.now);
  CHECK(bench.plan.keys().covered_by_event("a"));
  CHECK(bench.plan.keys().covered_by_event("during"));
  CHECK_FALSE(bench.plan.keys().covered_by_event("named"));
  CHECK_FALSE(bench.plan.keys().covered_by_event("other"));
  CHECK(bench.plan.keys().requested("a"));
  CHECK(bench.plan.keys().requested("during"));
  CHECK_FALSE(bench.plan.keys().requested("other"));
  bench.finish();
  bench.want(list_reason::interval);
  bench.begin_list();
  CHECK(bench.plan.keys().covered_by_event("late")); // by the event whose recheck waits
}

TEST_CASE("an inspect that a list caused does not count as requested") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish({}, {"a"});
  CHECK(bench.begin_keys() == keys{"a"});
  CHECK_FALSE(bench.plan.keys().requested("a"));
  bench.event("start", "a");
  CHECK(bench.plan.keys().requested("a"));
}

TEST_CASE("a list does not complete keys that need an inspect") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish({}, {"a", "b"});
  bench.want(list_reason::demand);
  bench.begin_list();
  bench.finish();
  CHECK(bench.begin_keys() == keys{"a", "b"});
}

TEST_CASE("due inspects do not become a list") {
  auto bench = plan_bench::listed({.list_above = 1});
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish({}, {"a", "b", "c"});
  CHECK(bench.begin_keys().size() == 3);
}

TEST_CASE("too many dirty keys become one list, and no event is lost") {
  plan_bench bench{{.list_above = 1'000, .keys_max = 10}};
  for (auto i = 0; i < 100; ++i)
    bench.event("die", "k" + std::to_string(i));
  CHECK(bench.plan.keys().pending() <= 11);
  CHECK(bench.plan.status().incomplete_events == 100);
  // Overflow: which containers were started again is not known any more, so all are inspected.
  CHECK(bench.begin_list().reasons == std::set{list_reason::escalation, list_reason::overflow});
  CHECK(bench.plan.keys().covered_by_event("k0")); // forgotten, but still covered by an event
  CHECK(sum(bench.finish().processed) == 100);
  bench.sleep();
  bench.begin_list(); // the recheck of the forgotten keys
}
