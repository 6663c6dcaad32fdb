// The plan is no busy loop: how many fetches a minute of trouble costs.

#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

// A minute with an event of one of ten containers every 10 ms. Returns how many fetches it takes.
template <class Finish>
static int fetches_in_a_minute(Finish finish) {
  plan_bench bench;
  bench.want(list_reason::start);
  auto fetches = 0;
  for (auto i = 0; i < 6'000; ++i) {
    bench.event(i % 3 == 0 ? "die" : "start", "k" + std::to_string(i % 10));
    if (i % 100 == 0)
      bench.want(list_reason::overflow);
    while (auto what = bench.begin()) {
      REQUIRE(++fetches < 10'000);
      finish(bench, *what);
    }
    CHECK(bench.plan.keys().pending() <= 11);
    bench.advance(10ms);
  }
  return fetches;
}

TEST_CASE("a Docker that does not answer is asked about twenty times a minute") {
  auto fetches =
      fetches_in_a_minute([](plan_bench& bench, const fetch&) { bench.finish_failed(); });
  CHECK(fetches >= 10);
  CHECK(fetches <= 25);
}

TEST_CASE("a database that does not answer is tried about twenty times a minute") {
  auto fetches =
      fetches_in_a_minute([](plan_bench& bench, const fetch&) { bench.finish_unwritten(); });
  CHECK(fetches >= 10);
  CHECK(fetches <= 25);
}

TEST_CASE("a store that always holds lists back is asked about forty times a minute") {
  auto fetches = fetches_in_a_minute([](plan_bench& bench, const fetch& what) {
    what.list ? bench.finish_held_back() : void(bench.finish());
  });
  CHECK(fetches >= 20);
  CHECK(fetches <= 60);
}

TEST_CASE("resources that can't be inspected cause a bounded number of fetches and lists") {
  auto lists = 0;
  auto fetches = fetches_in_a_minute([&lists](plan_bench& bench, const fetch& what) {
    lists += what.list ? 1 : 0;
    bench.finish(what.keys);
  });
  // Ten keys with a try every two seconds at most, a list a second in their place, and the
  // overflows' two each.
  CHECK(fetches <= 10 * 40 + 4 * 60);
  CHECK(lists <= 4 * 60);
}
