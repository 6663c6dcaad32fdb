// What the plan does while Docker, the database or one resource does not answer; and that none of
// it is a busy loop.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

TEST_CASE(
    "a look that Docker did not answer fails its events, keeps its marks and lists the kind") {
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

TEST_CASE("events don't cut the pause short, a new connection does") {
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

TEST_CASE("no connection cuts the database's pause short") {
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

TEST_CASE("the pauses grow to the limit of an outage and begin anew after it") {
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

TEST_CASE("a key that could not be looked at fails its events, is listed at once and inspected "
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

TEST_CASE("failures of keys that were not looked at are ignored") {
  plan_bench bench;
  bench.event("start", "a");
  bench.begin_keys();
  CHECK(bench.finish({"stranger", "stranger"}).failed.empty());
  CHECK(bench.plan.status().idle);
}

TEST_CASE("a key that keeps failing is not listed again and again, unless events of it fail") {
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

// Inspects of "bad" fail, lists go well, until nothing is due before its next try.
static void set_aside(plan_bench& bench) {
  bench.event("start", "bad");
  for (auto tries = 0U; tries < bench.limits.set_aside_after || !bench.plan.status().idle;) {
    const auto what = bench.begin();
    if (!what) {
      bench.sleep();
      continue;
    }
    tries += what->list ? 0 : 1;
    bench.finish(what->keys);
  }
  REQUIRE(bench.plan.keys().is_set_aside("bad"));
}

TEST_CASE("a key that can't be inspected is set aside, and a list proves all that waited for it") {
  auto bench = plan_bench::listed();
  bench.event("start", "bad", 5);
  bench.plan.add_barrier(100);
  for (auto i = 0U; i < bench.limits.set_aside_after; ++i) {
    CHECK(bench.plan.status().verified == never);
    CHECK(bench.begin_keys() == keys{"bad"});
    bench.finish({"bad"});
    if (i == 0) {
      bench.begin_list(); // at once
      bench.finish();
    }
    if (i + 1 < bench.limits.set_aside_after)
      bench.sleep();
  }
  CHECK(bench.plan.keys().is_set_aside("bad"));
  CHECK(bench.plan.status().verified == never);
  CHECK(*bench.plan.next_due() - bench.now <= bench.limits.stand_in_apart);
  bench.sleep();
  bench.begin_list(); // one more, which began after the inspect had failed
  bench.finish();
  CHECK(bench.plan.status().verified == 100);
  CHECK(bench.plan.status().idle);
  bench.plan.add_barrier(200);
  CHECK(bench.plan.status().verified == 200);
}

TEST_CASE("what is set aside is tried ever more rarely, up to minutes, alone and briefly") {
  plan_bench bench;
  set_aside(bench);
  milliseconds longest{0};
  for (auto i = 0; i < 20; ++i) {
    bench.sleep();
    auto what = bench.begin();
    REQUIRE(what);
    CHECK(what->retry);
    CHECK(what->keys == keys{"bad"});
    bench.finish({"bad"});
    CHECK(bench.plan.status().idle);
    auto wait = std::chrono::duration_cast<milliseconds>(*bench.plan.next_due() - bench.now);
    CHECK(wait >= bench.limits.retry_min);
    CHECK(wait <= bench.limits.retry_max);
    longest = std::max(longest, wait);
  }
  CHECK(longest >= bench.limits.retry_max / 2);
  bench.sleep();
  bench.begin();
  bench.finish(); // it works
  CHECK_FALSE(bench.plan.keys().is_set_aside("bad"));
  CHECK_FALSE(bench.plan.next_due());
}

TEST_CASE("an event of what is set aside is answered by a list, and brings its try forward") {
  plan_bench bench;
  set_aside(bench);
  for (auto i = 0; i < 10; ++i) {
    bench.sleep();
    bench.begin();
    bench.finish({"bad"});
  }
  REQUIRE(*bench.plan.next_due() - bench.now > 2min);
  bench.event("start", "bad");
  bench.event("start", "good");
  bench.begin_list();
  CHECK(sum(bench.finish().processed) == 2);
  CHECK(*bench.plan.next_due() - bench.now < 1min);
  bench.sleep();
  CHECK(bench.begin()->retry);
}

TEST_CASE("events of what is set aside cost at most a list a second") {
  plan_bench bench;
  set_aside(bench);
  auto lists = 0;
  for (auto i = 0; i < 1'000; ++i) {
    bench.event("start", "bad");
    while (auto what = bench.begin()) {
      lists += what->list ? 1 : 0;
      bench.finish(what->keys);
    }
    bench.advance(10ms);
  }
  CHECK(lists >= 9);
  CHECK(lists <= 11);
}

TEST_CASE("a list that lacks what can't be inspected settles it") {
  for (auto aside : {false, true}) {
    CAPTURE(aside);
    plan_bench bench;
    if (aside) {
      set_aside(bench);
    } else {
      bench.event("start", "bad");
      bench.begin_keys();
      bench.finish({"bad"});
    }
    bench.want(list_reason::interval);
    bench.begin_list();
    bench.plan.list_shows({"good"});
    bench.finish();
    CHECK_FALSE(bench.plan.keys().is_set_aside("bad"));
    CHECK(bench.plan.status().idle);
    CHECK_FALSE(bench.plan.next_due());
  }
}

TEST_CASE(
    "an inspect of what a list leaves in doubt asks for no other list, and its denial counts") {
  plan_bench bench;
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.plan.list_shows({}, {"odd"});
  bench.finish({}, {"odd"});
  CHECK(bench.begin_keys() == std::vector<std::string>{"odd"});
  CHECK_FALSE(bench.plan.keys().list_outweighs("odd"));
  bench.finish({"odd"});
  CHECK_FALSE(bench.begin());
  bench.sleep();
  CHECK(bench.begin_keys() == std::vector<std::string>{"odd"});
}

TEST_CASE("what a list leaves in doubt stays set aside") {
  plan_bench bench;
  set_aside(bench);
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.plan.list_shows({}, {"bad"});
  bench.finish({}, {"bad"});
  CHECK(bench.plan.keys().is_set_aside("bad"));
}

TEST_CASE("a list that denies only what it is named settles that, and keeps the rest") {
  for (auto named : {false, true}) {
    CAPTURE(named);
    plan_bench bench;
    set_aside(bench);
    bench.event("start", "fails");
    bench.begin_keys();
    bench.finish({"fails"});
    bench.want(list_reason::interval);
    bench.begin_list();
    bench.plan.list_denies(named ? std::set<std::string>{"bad", "fails"} : std::set<std::string>{},
                           {});
    bench.finish();
    CHECK(bench.plan.keys().is_set_aside("bad") != named);
    CHECK(bench.plan.status().idle == named);
  }
}

TEST_CASE("a list that lacks a resource does not settle what an event told of it meanwhile") {
  plan_bench bench;
  bench.event("start", "bad");
  bench.begin_keys();
  bench.finish({"bad"});
  bench.begin_list();
  bench.event("start", "bad");
  bench.plan.list_shows({});
  bench.finish();
  CHECK_FALSE(bench.plan.status().idle);
}

TEST_CASE("when Docker answers again, or is another, all that is set aside is tried at once") {
  for (auto reason : {list_reason::interval, list_reason::reconnect}) {
    CAPTURE(to_string(reason));
    plan_bench bench;
    set_aside(bench);
    bench.want(reason);
    if (reason == list_reason::interval) {
      bench.begin_list();
      bench.finish_failed();
      bench.sleep();
    }
    bench.begin_list();
    bench.finish();
    REQUIRE(bench.begin());
    bench.finish();
    CHECK_FALSE(bench.plan.keys().is_set_aside("bad"));
  }
}

TEST_CASE(
    "one inspect without an answer is no failure yet, and those left out because of it none") {
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

TEST_CASE("several inspects without an answer are the daemon's: the kind is listed at once") {
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

TEST_CASE("what has failed before is inspected after all others and by itself") {
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

TEST_CASE("what can't be asked for by its name is listed instead, also when it lags") {
  work_limits limits;
  limits.list_only = [](const std::string& key) { return key == "nas//export"; };
  plan_bench bench{limits};
  bench.event("create", "nas//export");
  bench.begin_list();
  CHECK(sum(bench.finish().processed) == 1);
  bench.event("die", "nas//export");
  bench.sleep();
  bench.begin_list();
  bench.finish({}, {"nas//export"});
  bench.sleep();
  bench.begin_list();
  bench.finish();
  CHECK(bench.plan.status().idle);
}

TEST_CASE("an inspect that denies what a list has shown contradicts the list, after an event it "
          "does not") {
  plan_bench bench;
  bench.want(list_reason::demand);
  bench.begin_list();
  bench.finish({}, {"ghost"});
  bench.begin_keys();
  CHECK(bench.plan.keys().list_outweighs("ghost"));
  bench.event("die", "ghost");
  CHECK_FALSE(bench.plan.keys().list_outweighs("ghost"));
}

TEST_CASE("the second look of an event contradicts a list that has shown the resource since, until "
          "the next event") {
  for (auto due : {false, true}) {
    CAPTURE(due); // with the list
    plan_bench bench;
    bench.event("die", "ghost");
    if (!due) {
      bench.begin_keys();
      bench.finish();
    }
    bench.advance(100ms);
    bench.want(list_reason::reconnect); // its second list comes later than the second look
    bench.begin_list();
    bench.plan.list_shows({"ghost"});
    bench.finish();
    bench.sleep();
    CHECK(bench.begin_keys() == keys{"ghost"});
    CHECK(bench.plan.keys().list_outweighs("ghost"));
    bench.event("destroy", "ghost");
    CHECK_FALSE(bench.plan.keys().list_outweighs("ghost"));
  }
}

TEST_CASE("an inspect that denies what an event asked for during a list is believed") {
  plan_bench bench;
  bench.want(list_reason::demand);
  bench.begin_list();
  bench.event("destroy", "gone");
  bench.plan.list_shows({"gone"});
  bench.finish();
  CHECK(bench.begin_keys() == keys{"gone"});
  CHECK_FALSE(bench.plan.keys().list_outweighs("gone"));
}

TEST_CASE("a failing key holds no other up") {
  plan_bench bench;
  bench.event("start", "bad");
  bench.begin_keys();
  bench.finish({"bad"});
  bench.begin_list();
  bench.finish();
  bench.event("start", "good");
  CHECK(bench.begin_keys() == keys{"good"});
}

TEST_CASE("marks that come during a failing look are merged into the retry") {
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

// What goes on for a minute with an event of the same ten containers every 10 ms; how many looks
// that takes.
template <class Finish>
static int fetches_in_a_minute(Finish finish) {
  plan_bench bench;
  bench.want(list_reason::start);
  auto looks = 0;
  for (auto i = 0; i < 6'000; ++i) {
    bench.event(i % 3 == 0 ? "die" : "start", "k" + std::to_string(i % 10));
    if (i % 100 == 0)
      bench.want(list_reason::overflow);
    while (auto what = bench.begin()) {
      REQUIRE(++looks < 10'000);
      finish(bench, *what);
    }
    CHECK(bench.plan.keys().pending() <= 11);
    bench.advance(10ms);
  }
  return looks;
}

TEST_CASE("a Docker that answers nothing is asked some twenty times a minute") {
  auto looks = fetches_in_a_minute([](plan_bench& bench, const fetch&) { bench.finish_failed(); });
  CHECK(looks >= 10);
  CHECK(looks <= 25);
}

TEST_CASE("a database that takes nothing is tried some twenty times a minute") {
  auto looks =
      fetches_in_a_minute([](plan_bench& bench, const fetch&) { bench.finish_unwritten(); });
  CHECK(looks >= 10);
  CHECK(looks <= 25);
}

TEST_CASE("a store that never believes a list is asked some forty times a minute") {
  auto looks = fetches_in_a_minute([](plan_bench& bench, const fetch& what) {
    what.list ? bench.finish_held_back() : void(bench.finish());
  });
  CHECK(looks >= 20);
  CHECK(looks <= 60);
}

TEST_CASE("resources that can't be inspected cost a bounded number of looks and lists") {
  auto lists = 0;
  auto looks = fetches_in_a_minute([&lists](plan_bench& bench, const fetch& what) {
    lists += what.list ? 1 : 0;
    bench.finish(what.keys);
  });
  // Ten keys with a try every two seconds at most, a list a second in their place, and the
  // overflows' two each.
  CHECK(looks <= 10 * 40 + 4 * 60);
  CHECK(lists <= 4 * 60);
}
