// Which times of events a batch carries, and what a hub accepts of them.

#include "sync/told.hpp"
#include "sync/write_preparation.hpp"
#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

namespace {

using told_list = std::vector<told_change>;

container container_of(const std::string& id) {
  container x;
  x.id = id;
  return x;
}

/// What prepare_write() says events told of, after a fetch that found this.
told_list told_after(plan_bench& bench, const fetch& asked, observed<container> found) {
  observation what;
  what.batch.containers = std::move(found);
  prepare_write(what, asked, bench.plan, {});
  CHECK(what.batch.volumes.told.empty());
  return what.batch.containers.told;
}

fetch begun(plan_bench& bench) {
  auto what = bench.begin();
  REQUIRE(what);
  return *what;
}

const told_list known{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}};

} // namespace

TEST_CASE("a time is told only of keys that the part is about") {
  observed<container> part;
  SUBCASE("one that is not complete names them") {
    part.present = {container_of("d"), container_of("x")};
    part.listed = {container_of("b")};
    part.gone = {"a"};
    part.also_present = {"c"};
    CHECK(told_of(part, known) == told_list{{"a", 1}, {"b", 2}, {"d", 4}});
  }
  SUBCASE("a complete list says of the keys that it lacks that they are gone") {
    part.complete = true;
    part.present = {container_of("d")};
    part.also_present = {"c", "d"};
    CHECK(told_of(part, known) == told_list{{"a", 1}, {"b", 2}, {"d", 4}});
  }
  SUBCASE("an empty part is about none") {
    CHECK(told_of(part, known).empty());
  }
}

TEST_CASE("of several times of one key the latest is told") {
  told_list all{{"b", 1}, {"a", 5}, {"b", 7}, {"a", 2}};
  sort_told(all);
  CHECK(all == told_list{{"a", 5}, {"b", 7}});
  CHECK(find_told(all, "b")->at == 7);
  CHECK(find_told(all, "c") == nullptr);
}

TEST_CASE("a hub accepts times from 1970 to a minute from now") {
  constexpr timestamp now = 1'000'000 * nanos_per_second;
  change_batch batch;
  batch.containers.gone = {"future", "long ago", "before 1970", "soon", "twice", "zero"};
  batch.containers.told = {{"future", now + 61 * nanos_per_second},
                           {"twice", 8},
                           {"long ago", 1},
                           {"before 1970", -1},
                           {"zero", never},
                           {"twice", 9},
                           {"soon", now + 59 * nanos_per_second},
                           {"of nothing in the batch", 5}};
  batch.observed_at = now + 3600 * nanos_per_second;
  bound_told(batch, now);
  CHECK(batch.containers.told
        == told_list{{"future", now + 60 * nanos_per_second},
                     {"long ago", 1},
                     {"soon", now + 59 * nanos_per_second},
                     {"twice", 9}});
  CHECK(batch.observed_at == now + 60 * nanos_per_second);
  batch.observed_at = -5;
  bound_told(batch, now);
  CHECK(batch.observed_at == never);
  batch.observed_at = 7;
  bound_told(batch, now);
  CHECK(batch.observed_at == 7);
}

TEST_CASE("an inspect tells the latest time of the events that requested it") {
  plan_bench bench;
  bench.event("start", "a", 70);
  bench.event("die", "a", 90);
  bench.event("create", "a", 60);
  bench.event("start", "b", 80);
  bench.plan.recheck("c", bench.now);
  const auto asked = begun(bench);
  CHECK(told_after(bench, asked, {.present = {container_of("a"), container_of("c")}, .gone = {"b"}})
        == told_list{{"a", 90}, {"b", 80}});
}

TEST_CASE("an event that comes after the daemon was asked is told by the next fetch") {
  plan_bench bench;
  bench.event("pause", "a", 70);
  auto asked = begun(bench);
  bench.event("unpause", "a", 90);
  bench.event("pause", "b", 91);
  CHECK(told_after(bench, asked, {.present = {container_of("a"), container_of("b")}, .gone = {}})
        == told_list{{"a", 70}});
  bench.finish();
  asked = begun(bench);
  CHECK(told_after(bench, asked, {.present = {container_of("a"), container_of("b")}, .gone = {}})
        == told_list{{"a", 90}, {"b", 91}});
}

TEST_CASE("a list tells of the keys that had events, and of no others") {
  plan_bench bench;
  bench.event("pause", "a", 70);
  bench.event("destroy", "b", 80);
  bench.event("pause", "c", 90);
  bench.plan.recheck("d", bench.now);
  bench.want(list_reason::demand);
  const auto asked = bench.begin_list();
  bench.event("pause", "e", 99);
  SUBCASE("a complete one also of keys that it lacks, since they are gone") {
    CHECK(told_after(bench, asked,
                     {.present = {container_of("a"), container_of("d"), container_of("e")},
                      .gone = {},
                      .complete = true,
                      .also_present = {"c"}})
          == told_list{{"a", 70}, {"b", 80}});
  }
  SUBCASE("a partial one only of those that it shows") {
    CHECK(told_after(bench, asked, {.present = {container_of("a"), container_of("e")}, .gone = {}})
          == told_list{{"a", 70}});
  }
}

TEST_CASE("a list tells of a key that waits for its inspect") {
  plan_bench bench;
  bench.event("pause", "a", 70);
  bench.begin_keys();
  bench.finish({"a"}); // failed: the kind is listed now, and the inspect comes later
  const auto asked = bench.begin_list();
  bench.event("unpause", "a", 90);
  CHECK(told_after(bench, asked, {.present = {container_of("a")}, .gone = {}, .complete = true})
        == told_list{{"a", 70}});
}

TEST_CASE("a time is told until a fetch is committed, however the fetches before it ended") {
  plan_bench bench;
  bench.event("pause", "a", 70);
  auto asked = begun(bench);
  SUBCASE("the daemon did not answer") {
    bench.finish_failed();
  }
  SUBCASE("the store did not take it") {
    bench.finish_unwritten();
  }
  SUBCASE("its inspect failed") {
    bench.finish({"a"});
  }
  SUBCASE("the list was held back") {
    bench.finish_unwritten();
    bench.want(list_reason::demand);
    bench.sleep();
    bench.begin_list();
    bench.finish_held_back();
  }
  SUBCASE("the resource was set aside") {
    while (true) {
      bench.finish(asked.keys); // lists are committed, but they leave the key to its inspect
      if (bench.plan.keys().is_set_aside("a"))
        break;
      bench.sleep();
      asked = begun(bench);
    }
  }
  bench.sleep();
  asked = begun(bench);
  const observed<container> found{
      .present = {container_of("a")}, .gone = {}, .complete = asked.list};
  CHECK(told_after(bench, asked, found) == told_list{{"a", 70}});
  bench.finish();
  bench.advance(10min);
  bench.catch_up();
  bench.want(list_reason::demand);
  CHECK(told_after(bench, bench.begin_list(), found).empty());
}

TEST_CASE("a time is told although a recheck came while its fetch was failing") {
  plan_bench bench;
  bench.event("pause", "a", 70);
  bench.begin_keys();
  bench.plan.recheck("a", bench.now);
  bench.finish_unwritten();
  bench.sleep();
  const auto asked = begun(bench);
  CHECK(told_after(bench, asked, {.present = {container_of("a")}, .gone = {}})
        == told_list{{"a", 70}});
}

TEST_CASE("a delayed recheck tells the time of its event again") {
  plan_bench bench;
  bench.event("die", "a", 70);
  bench.begin_keys();
  bench.finish();
  bench.sleep();
  const auto asked = begun(bench);
  CHECK(told_after(bench, asked, {.present = {container_of("a")}, .gone = {}})
        == told_list{{"a", 70}});
}

TEST_CASE("an inspect of what a list did not show tells the time of the event before the list") {
  plan_bench bench;
  bench.event("pause", "a", 70);
  bench.want(list_reason::demand);
  bench.begin_list();
  SUBCASE("the list was complete") {
    bench.finish({}, {"a", "b"});
  }
  SUBCASE("the list was partial") {
    bench.plan.finish_partial({"a"}, {"a", "b"}, bench.now);
  }
  const auto asked = begun(bench);
  CHECK(told_after(bench, asked, {.present = {container_of("a"), container_of("b")}, .gone = {}})
        == told_list{{"a", 70}});
}

TEST_CASE(
    "the inspect of a key that is set aside tells the time of an event that waits for a list") {
  plan_bench bench;
  bench.event("start", "a", 70);
  while (!bench.plan.keys().is_set_aside("a") || !bench.plan.status().idle) {
    const auto asked = bench.begin();
    if (asked)
      bench.finish(asked->keys);
    else
      bench.sleep();
  }
  bench.want(list_reason::demand); // so that the list in its place is not due soon
  bench.begin_list();
  bench.finish();
  bench.event("pause", "a", 90);
  for (;;) {
    bench.sleep();
    const auto asked = begun(bench);
    if (asked.retry) {
      CHECK(told_after(bench, asked, {.present = {container_of("a")}, .gone = {}})
            == told_list{{"a", 90}});
      return;
    }
    bench.finish_unwritten();
  }
}
