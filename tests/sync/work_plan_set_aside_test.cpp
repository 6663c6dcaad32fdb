// Resources that can't be inspected: lists replace their inspects.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

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

TEST_CASE("a key that can't be inspected is set aside, and a list lets barriers pass it") {
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

TEST_CASE(
    "a key that is set aside is tried alone and briefly, at growing intervals of up to minutes") {
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

TEST_CASE("an event of a key that is set aside causes a list and an earlier try") {
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

TEST_CASE("events of a key that is set aside cause at most a list a second") {
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

TEST_CASE("many keys that only lists complete are verified, however often lists come") {
  for (const auto between : {0ms, 250ms, 900ms, 1'100ms}) {
    CAPTURE(between.count());
    work_limits limits;
    limits.list_above = 2;
    limits.list_only = [](const std::string&) { return true; };
    auto bench = plan_bench::listed(limits);
    for (const auto* key : {"a", "b", "c"})
      bench.event("start", key);
    bench.advance(100ms);
    bench.want(list_reason::reconnect);
    bench.begin_list();
    bench.finish();
    bench.plan.add_barrier(100);
    auto lists = 0;
    for (auto span = 0ms; span < 10s; span += 50ms) {
      if (between > 0ms && span % between == 0ms)
        bench.want(list_reason::prune);
      lists += bench.catch_up();
      bench.advance(50ms);
    }
    CHECK(bench.plan.status().verified == 100);
    CHECK(lists <= 5 + (between > 0ms ? 10s / between : 0));
  }
}

TEST_CASE("a complete list without a key that can't be inspected completes it") {
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

TEST_CASE("a failed inspect of an uncertain key causes no list, and a 404 for it counts") {
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

TEST_CASE("an uncertain key stays set aside") {
  plan_bench bench;
  set_aside(bench);
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.plan.list_shows({}, {"bad"});
  bench.finish({}, {"bad"});
  CHECK(bench.plan.keys().is_set_aside("bad"));
}

TEST_CASE("a list that names the keys that are gone completes only these") {
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

TEST_CASE("a list without a resource does not complete an event that came during it") {
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

TEST_CASE("after an outage or a reconnect all keys that are set aside are tried at once") {
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
    "a key that can't be inspected by its name is listed, and listed again after the API's lag") {
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

TEST_CASE("a list outweighs a 404 until an event requests the key") {
  plan_bench bench;
  bench.want(list_reason::demand);
  bench.begin_list();
  bench.finish({}, {"ghost"});
  bench.begin_keys();
  CHECK(bench.plan.keys().list_outweighs("ghost"));
  bench.event("die", "ghost");
  CHECK_FALSE(bench.plan.keys().list_outweighs("ghost"));
}

TEST_CASE("a list outweighs a 404 of an earlier event's recheck, until the next event") {
  for (auto due : {false, true}) {
    CAPTURE(due); // with the list
    plan_bench bench;
    bench.event("die", "ghost");
    if (!due) {
      bench.begin_keys();
      bench.finish();
    }
    bench.advance(100ms);
    bench.want(list_reason::reconnect); // its second list comes after the recheck
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

TEST_CASE("a 404 counts when an event came during the list") {
  plan_bench bench;
  bench.want(list_reason::demand);
  bench.begin_list();
  bench.event("destroy", "gone");
  bench.plan.list_shows({"gone"});
  bench.finish();
  CHECK(bench.begin_keys() == keys{"gone"});
  CHECK_FALSE(bench.plan.keys().list_outweighs("gone"));
}
