// What the plan does while Docker, the database or one resource does not answer.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

TEST_CASE("a fetch that Docker did not answer fails its events, and the kind is listed") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  auto lost = bench.finish_failed();
  CHECK(sum(lost.failed) == 1);
  CHECK(lost.processed.empty());
  CHECK(bench.plan.status().incomplete_events == 0);
  CHECK_FALSE(bench.begin());
  CHECK(*bench.plan.next_due() >= bench.now + bench.limits.retry_min);
  bench.sleep();
  CHECK(bench.begin_list().reasons == std::set{list_reason::failure});
  bench.finish();
  CHECK(bench.plan.status().idle);
}

TEST_CASE("a list that Docker did not answer keeps its reasons and its run") {
  plan_bench bench;
  bench.want(list_reason::demand, 8);
  bench.event("prune", "");
  bench.begin_list();
  CHECK(sum(bench.finish_failed().failed) == 1);
  bench.sleep();
  auto again = bench.begin_list();
  CHECK(again.run_id == 8);
  CHECK(again.reasons == std::set{list_reason::demand, list_reason::prune});
  CHECK(bench.plan.keys().covered_by_event("pruned"));
  CHECK(bench.finish().processed.empty());
}

TEST_CASE("a new connection ends the pause, events do not") {
  for (auto reason : {list_reason::start, list_reason::reconnect, list_reason::demand}) {
    CAPTURE(to_string(reason));
    plan_bench bench;
    bench.want(list_reason::interval);
    bench.begin_list();
    bench.finish_failed();
    bench.event("start", "a");
    bench.want(list_reason::overflow);
    CHECK_FALSE(bench.begin());
    bench.want(reason);
    bench.begin_list();
  }
}

TEST_CASE("a new connection does not end the database's pause") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  bench.finish_unwritten();
  bench.want(list_reason::reconnect);
  CHECK_FALSE(bench.begin());
}

TEST_CASE("what the database did not take stays as it is") {
  plan_bench bench;
  bench.event("destroy", "a");
  bench.want(list_reason::demand, 3);
  bench.begin_list();
  bench.finish_unwritten();
  CHECK(bench.plan.status().incomplete_events == 1);
  CHECK(bench.plan.keys().pending() == 2);
  CHECK_FALSE(bench.begin());
  CHECK(*bench.plan.next_due() >= bench.now + bench.limits.retry_min);
  bench.sleep();
  CHECK(bench.begin_list().run_id == 3);
  CHECK(bench.plan.keys().recreated("a"));
  CHECK(sum(bench.finish().processed) == 1);
}

TEST_CASE("pauses grow to a limit during an outage and start again after it") {
  plan_bench bench;
  bench.want(list_reason::interval);
  milliseconds longest{0};
  for (auto i = 0; i < 20; ++i) {
    bench.begin_list();
    i % 2 == 0 ? bench.finish_unwritten() : void(bench.finish_failed());
    auto wait = *bench.plan.next_due() - bench.now;
    CHECK(wait >= bench.limits.retry_min);
    CHECK(wait <= bench.limits.outage_max);
    longest = std::max(longest, std::chrono::duration_cast<milliseconds>(wait));
    bench.sleep();
  }
  CHECK(longest >= bench.limits.outage_max / 2);
  bench.begin_list();
  bench.finish();
  for (auto unwritten : {true, false}) {
    bench.want(list_reason::interval);
    bench.begin_list();
    unwritten ? bench.finish_unwritten() : void(bench.finish_failed());
    CHECK(*bench.plan.next_due() - bench.now <= 2 * bench.limits.retry_min);
    bench.sleep();
    bench.begin_list();
    bench.finish();
  }
}

TEST_CASE("a failed inspect fails its events; the kind is listed at once and the key inspected "
          "after a pause") {
  plan_bench bench;
  bench.event("start", "bad");
  bench.event("start", "good");
  bench.begin_keys();
  auto done = bench.finish({"bad"});
  CHECK(sum(done.failed) == 1);
  CHECK(sum(done.processed) == 1);
  CHECK(bench.begin_list().reasons == std::set{list_reason::failure});
  bench.finish();
  CHECK_FALSE(bench.begin());
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"bad"});
  CHECK(bench.finish().processed.empty());
  CHECK(bench.plan.status().idle);
}

TEST_CASE("failures of keys that were not fetched are ignored") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  CHECK(bench.finish({"stranger", "stranger"}).failed.empty());
  CHECK(bench.plan.status().idle);
}

TEST_CASE("repeated failures of one key do not repeat the list, unless events of it fail") {
  plan_bench bench;
  bench.event("start", "bad");
  bench.begin_keys();
  bench.finish({"bad"});
  bench.begin_list();
  bench.finish();
  bench.sleep();
  bench.begin_keys();
  bench.finish({"bad"});
  CHECK_FALSE(bench.begin());
  bench.event("pause", "bad");
  CHECK_FALSE(bench.begin()); // it waits for its turn
  bench.sleep();
  bench.begin_keys();
  CHECK(sum(bench.finish({"bad"}).failed) == 1);
  bench.begin_list();
}

TEST_CASE("the first timeout of one inspect is not a failure, nor are keys that were left out "
          "because of it") {
  plan_bench bench;
  bench.event("start", "slow");
  bench.event("start", "unasked");
  bench.begin_keys();
  const failure timeout{ec::docker_timeout, "took too long"};
  auto done = bench.plan.finish(
      {{.key = "slow", .why = timeout}, {.key = "unasked", .why = timeout, .asked = false}}, {},
      bench.now);
  CHECK(done.failed.empty());
  CHECK(bench.begin_keys() == keys{"unasked"}); // before what may hang again, and without a list
  CHECK(sum(bench.finish().processed) == 1);
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"slow"});
  CHECK(sum(bench.finish().processed) == 1);
}

TEST_CASE("several timeouts mean that the daemon hangs: the kind is listed at once") {
  plan_bench bench;
  for (const auto* key : {"a", "b"})
    bench.event("start", key);
  bench.begin_keys();
  const failure timeout{ec::docker_timeout, "took too long"};
  auto done = bench.plan.finish({{.key = "a", .why = timeout}, {.key = "b", .why = timeout}}, {},
                                bench.now);
  CHECK(sum(done.failed) == 2);
  bench.begin_list();
}

TEST_CASE("a key that has failed before is inspected last and alone") {
  plan_bench bench;
  for (const auto* key : {"b1", "b2"})
    bench.event("start", key);
  bench.begin_keys();
  bench.finish({"b1", "b2"});
  bench.begin_list();
  bench.finish();
  bench.advance(10s);
  bench.event("start", "good");
  CHECK(bench.begin_keys() == keys{"good"});
  bench.finish();
  CHECK(bench.begin_keys().size() == 1);
  bench.finish();
  CHECK(bench.begin_keys().size() == 1);
}

TEST_CASE("a failing key does not delay other keys") {
  plan_bench bench;
  bench.event("start", "bad");
  bench.begin_keys();
  bench.finish({"bad"});
  bench.begin_list();
  bench.finish();
  bench.event("start", "good");
  CHECK(bench.begin_keys() == keys{"good"});
}

TEST_CASE("events during a failing fetch are merged into the retry") {
  plan_bench bench;
  bench.event("start", "bad");
  bench.begin_keys();
  bench.event("destroy", "bad");
  bench.finish({"bad"});
  bench.begin_list(); // why the kind is listed; it does not take what must be inspected
  CHECK_FALSE(bench.plan.keys().recreated("bad"));
  bench.finish();
  CHECK_FALSE(bench.begin());
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"bad"});
  CHECK(bench.plan.keys().recreated("bad"));
  CHECK(sum(bench.finish().processed) == 1);
}
