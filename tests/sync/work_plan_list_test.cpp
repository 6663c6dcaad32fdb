// Lists: why and when the kind is listed, and what a list completes.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

TEST_CASE("a prune lists the kind, and the list processes it") {
  plan_bench bench;
  bench.event("prune", "");
  CHECK(bench.plan.keys().pending() == 1);
  CHECK(bench.begin_list().reasons == std::set{list_reason::prune});
  CHECK(bench.plan.keys().covered_by_event("whatever it removed"));
  auto done = bench.finish();
  REQUIRE(done.processed.size() == 1);
  CHECK(done.processed[0].meaning->event_type == "container.prune");
}

TEST_CASE("a prune during a list covers what the list has found") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  CHECK_FALSE(bench.plan.keys().covered_by_event("a"));
  bench.event("prune", "");
  CHECK(bench.plan.keys().covered_by_event("a"));
}

TEST_CASE("an event without an id lists the kind") {
  plan_bench bench;
  bench.event("start", "");
  CHECK(bench.begin_list().reasons == std::set{list_reason::damaged});
  CHECK(sum(bench.finish().processed) == 1);
}

TEST_CASE("waiting requests share one list, which answers the newest run") {
  plan_bench bench;
  bench.want(list_reason::demand, 7);
  bench.want(list_reason::interval, 9);
  bench.want(list_reason::prune, 0);
  auto what = bench.begin_list();
  CHECK(what.run_id == 9);
  CHECK(what.reasons == std::set{list_reason::interval, list_reason::demand, list_reason::prune});
  CHECK(what.keys.empty());
  CHECK_FALSE(what.confirmed);
}

TEST_CASE("a request during a list gets a list of its own") {
  plan_bench bench;
  bench.want(list_reason::demand, 1);
  bench.begin_list();
  bench.want(list_reason::demand, 2);
  CHECK(bench.plan.keys().pending() == 1);
  bench.finish();
  CHECK(bench.begin_list().run_id == 2);
}

TEST_CASE("after lost events a second list follows, since the API may lag behind them") {
  for (auto reason : {list_reason::overflow, list_reason::lost_events, list_reason::damaged,
                      list_reason::start, list_reason::reconnect}) {
    CAPTURE(to_string(reason));
    plan_bench bench;
    auto wanted = bench.now;
    bench.want(reason, 3);
    bench.begin_list();
    bench.finish();
    CHECK(bench.plan.next_due() == wanted + bench.limits.delayed_recheck);
    bench.sleep();
    auto second = bench.begin_list();
    CHECK(second.reasons == std::set{reason});
    CHECK(second.run_id == 0);
    bench.finish();
    CHECK(bench.plan.status().idle);
  }
}

TEST_CASE("other lists are not followed by a second") {
  for (auto reason : {list_reason::failure, list_reason::interval, list_reason::demand,
                      list_reason::prune, list_reason::escalation}) {
    CAPTURE(to_string(reason));
    plan_bench bench;
    bench.want(reason);
    bench.begin_list();
    bench.finish();
    CHECK(bench.plan.status().idle);
  }
}

TEST_CASE("a list that was held back is repeated at once and then confirmed") {
  plan_bench bench;
  bench.want(list_reason::interval, 4);
  bench.event("start", "a");
  CHECK_FALSE(bench.begin_list().confirmed);
  bench.finish_held_back();
  auto second = bench.begin_list();
  CHECK(second.confirmed);
  CHECK(second.run_id == 4);
  CHECK(second.reasons.contains(list_reason::doubt));
  CHECK(sum(bench.finish().processed) == 1);
  bench.want(list_reason::interval);
  CHECK_FALSE(bench.begin_list().confirmed);
}

TEST_CASE("an outage of Docker takes the confirmation back") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.begin_list();
  bench.finish_failed();
  bench.sleep();
  CHECK_FALSE(bench.begin_list().confirmed);
}

TEST_CASE("an outage of the database takes the confirmation back") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.begin_list();
  bench.finish_unwritten();
  bench.sleep();
  CHECK_FALSE(bench.begin_list().confirmed);
}

TEST_CASE("a reconnect takes the confirmation back: another daemon may answer") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.want(list_reason::reconnect);
  CHECK_FALSE(bench.begin_list().confirmed);
}

TEST_CASE("a confirmed list that is held back again is repeated after a pause") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.begin_list();
  bench.finish_held_back();
  CHECK_FALSE(bench.begin());
  CHECK(*bench.plan.next_due() >= bench.now + bench.limits.retry_min);
}

TEST_CASE("an inspect that is held back counts as not written") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  bench.finish_held_back();
  CHECK_FALSE(bench.begin());
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("a partial list completes the keys that it shows, and the others are inspected") {
  auto bench = plan_bench::listed();
  bench.event("start", "seen");
  bench.event("pause", "unseen");
  bench.event("prune", "");
  bench.begin_list();
  CHECK(sum(bench.plan.finish_partial({"seen", "bystander"}, {}, bench.now).processed) == 2);
  CHECK(bench.plan.status().incomplete_events == 1);
  CHECK(bench.begin_keys() == keys{"unseen"});
  CHECK(sum(bench.finish().processed) == 1);
  CHECK(bench.plan.next_due() == bench.now + bench.limits.partial_again);
}

TEST_CASE("resources that a partial list has changed are inspected") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.plan.finish_partial({"a"}, {"a"}, bench.now);
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("an inspect is never partial") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  CHECK(sum(bench.plan.finish_partial({}, {}, bench.now).processed) == 1);
  CHECK(bench.plan.status().idle);
}

TEST_CASE("barriers wait for the complete list after a partial one") {
  plan_bench bench;
  bench.want(list_reason::start, 5);
  bench.plan.add_barrier(100);
  bench.begin_list();
  bench.plan.finish_partial({}, {}, bench.now);
  bench.plan.add_barrier(200);
  CHECK(bench.plan.status().verified == never);
  bench.sleep();
  CHECK(bench.begin_list().run_id == 5);
  bench.finish();
  CHECK(bench.plan.status().verified == 200);
}

TEST_CASE("a list that has left entries out is followed by others, ever less often") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  auto wait = bench.limits.left_out_again / 2;
  for (int i = 0; i < 6; ++i) {
    bench.begin_list();
    bench.plan.list_left_out(true, bench.now);
    bench.finish();
    REQUIRE(bench.plan.next_due());
    const auto next = *bench.plan.next_due() - bench.now;
    CHECK(next >= wait);
    CHECK(next <= bench.limits.left_out_again_max);
    wait = std::min<milliseconds>(2 * wait, bench.limits.left_out_again_max / 2);
    bench.sleep();
  }
  bench.begin_list();
  bench.plan.list_left_out(false, bench.now);
  bench.finish();
  CHECK(bench.plan.status().idle);
}

TEST_CASE("a requested list does not wait for the one after left-out entries") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.plan.list_left_out(true, bench.now);
  bench.finish();
  CHECK_FALSE(bench.begin());
  bench.want(list_reason::demand, 7);
  bench.plan.add_barrier(70);
  CHECK(bench.plan.status().verified == never);
  CHECK(bench.begin_list().run_id == 7);
  bench.finish();
  CHECK(bench.plan.status().verified == 70);
}

TEST_CASE("rows that are lost again and again are listed for at once, then every five seconds") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::lost_rows);
  auto lists = 0;
  const auto end = bench.now + 60s;
  for (; bench.now < end; bench.advance(10ms))
    if (const auto what = bench.begin()) {
      CHECK(what->reasons == std::set{list_reason::lost_rows});
      CHECK((lists > 0 || bench.now == end - 60s));
      bench.finish();
      ++lists;
      bench.want(list_reason::lost_rows); // as the answer to this list says
    }
  CHECK(lists == 12);
}

TEST_CASE("a list for another reason does not wait, and answers for lost rows, too") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::lost_rows);
  bench.begin_list();
  bench.finish();
  bench.want(list_reason::lost_rows);
  CHECK_FALSE(bench.begin());
  bench.advance(1s);
  bench.want(list_reason::demand, 7);
  const auto what = bench.begin_list();
  CHECK(what.run_id == 7);
  CHECK(what.reasons == std::set{list_reason::demand, list_reason::lost_rows});
  bench.finish();
  CHECK(bench.plan.status().idle);
  bench.want(list_reason::lost_rows);
  CHECK(bench.plan.next_due() == bench.now + bench.limits.lost_rows_apart);
}

TEST_CASE("events do not wait for a list for lost rows") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::lost_rows);
  bench.begin_list();
  bench.finish();
  bench.want(list_reason::lost_rows);
  bench.event("start", "a");
  CHECK(bench.begin_keys() == keys{"a"});
  bench.finish();
  CHECK_FALSE(bench.plan.status().idle);
}
