// Lists: why, when, what they settle and what they prove.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

TEST_CASE("a prune lists the kind, and counts as processed by the list") {
  plan_bench bench;
  bench.event("prune", "");
  CHECK(bench.plan.keys().pending() == 1);
  CHECK(bench.begin_list().reasons == std::set{list_reason::prune});
  CHECK(bench.plan.keys().covered_by_event("whatever it removed"));
  auto done = bench.finish();
  REQUIRE(done.processed.size() == 1);
  CHECK(done.processed[0].meaning->event_type == "container.prune");
}

TEST_CASE("a prune that comes while the kind is listed announces what the list has seen") {
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

TEST_CASE("demands that wait share one list, which answers the newest run") {
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

TEST_CASE("a demand that comes while the kind is listed gets a list of its own") {
  plan_bench bench;
  bench.want(list_reason::demand, 1);
  bench.begin_list();
  bench.want(list_reason::demand, 2);
  CHECK(bench.plan.keys().pending() == 1);
  bench.finish();
  CHECK(bench.begin_list().run_id == 2);
}

TEST_CASE("where events were lost a second list follows, for they may have been ones that lag") {
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

TEST_CASE("a list that is doubted is asked again at once, and then believed") {
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

TEST_CASE("a doubted list is not believed after an outage of Docker") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.begin_list();
  bench.finish_failed();
  bench.sleep();
  CHECK_FALSE(bench.begin_list().confirmed);
}

TEST_CASE("a doubted list is not believed after an outage of the database") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.begin_list();
  bench.finish_unwritten();
  bench.sleep();
  CHECK_FALSE(bench.begin_list().confirmed);
}

TEST_CASE("a doubted list is not believed when another daemon may answer") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.want(list_reason::reconnect);
  CHECK_FALSE(bench.begin_list().confirmed);
}

TEST_CASE("doubts about a list that was to be believed wait for a while") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.finish_held_back();
  bench.begin_list();
  bench.finish_held_back();
  CHECK_FALSE(bench.begin());
  CHECK(*bench.plan.next_due() >= bench.now + bench.limits.retry_min);
}

TEST_CASE("doubts about a look that was no list are taken as not written") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  bench.finish_held_back();
  CHECK_FALSE(bench.begin());
  bench.sleep();
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("a partial list settles what it has seen and inspects the other marks") {
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

TEST_CASE("a partial list has what it changed inspected") {
  auto bench = plan_bench::listed();
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.plan.finish_partial({"a"}, {"a"}, bench.now);
  CHECK(bench.begin_keys() == keys{"a"});
}

TEST_CASE("a look at keys can't be partial") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  CHECK(sum(bench.plan.finish_partial({}, {}, bench.now).processed) == 1);
  CHECK(bench.plan.status().idle);
}

TEST_CASE("a partial list proves nothing, the complete one after it does") {
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

TEST_CASE("nothing is proven before a list has gone through") {
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

TEST_CASE("with nothing to look at, a proof holds at once") {
  auto bench = plan_bench::listed();
  bench.plan.add_barrier(100);
  CHECK(bench.plan.status().verified == 100);
}

TEST_CASE("a proof that is older than the one before tells that the clock was set back") {
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

TEST_CASE("a proof waits for what was noted before it and not for what comes after") {
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

TEST_CASE("a proof waits for the second look") {
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

TEST_CASE("a container that dies every second is proven again and again, if late") {
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

TEST_CASE("a proof waits for a list that is wanted or under way") {
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

TEST_CASE("proofs that wait are bounded, and the newest counts in the end") {
  auto bench = plan_bench::listed();
  bench.event("start", "a");
  for (timestamp at = 1; at <= 10'000; ++at)
    bench.plan.add_barrier(at);
  bench.begin_keys();
  bench.finish();
  CHECK(bench.plan.status().verified == 10'000);
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

TEST_CASE("proofs do not wait for the list that follows one with left-out entries") {
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

TEST_CASE("whoever wants a list does not wait for the one after left-out entries") {
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

TEST_CASE("a list for lost rows that waits is not forgotten, and nothing is proven before it") {
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
