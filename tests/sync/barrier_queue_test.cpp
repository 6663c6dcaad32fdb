#include "runtime/invariant.hpp"
#include "sync/barrier_queue.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;

TEST_CASE("no barrier raises the watermark before a list is complete") {
  barrier_queue barriers;
  barriers.add(3, 100);
  CHECK_FALSE(barriers.waiting());
  barriers.complete(9);
  CHECK(barriers.verified() == never);
  barriers.list_completed();
  CHECK(barriers.waiting());
  barriers.complete(9);
  CHECK(barriers.verified() == 100);
  CHECK_FALSE(barriers.waiting());
}

TEST_CASE("a barrier waits for the marks up to its own number") {
  barrier_queue barriers;
  barriers.list_completed();
  barriers.add(3, 100);
  barriers.add(5, 200);
  barriers.complete(3);
  CHECK(barriers.verified() == never);
  barriers.complete(4);
  CHECK(barriers.verified() == 100);
  barriers.complete(6);
  CHECK(barriers.verified() == 200);
}

TEST_CASE("barriers come in the order of the marks") {
  barrier_queue barriers;
  barriers.add(3, 100);
  CHECK_THROWS_AS(barriers.add(2, 200), invariant_violation);
}

TEST_CASE("a clock that was set back takes back what was proven by the old clock") {
  barrier_queue barriers;
  barriers.list_completed();
  barriers.add(1, 100);
  barriers.complete(2);
  barriers.add(2, 300);
  barriers.add(2, 50);
  CHECK(barriers.verified() == never);
  barriers.complete(3);
  CHECK(barriers.verified() == 50);
}

TEST_CASE("the watermark rises to the newest barrier that all marks have passed") {
  CHECK(rc::check([](const std::vector<std::uint8_t>& steps, std::uint8_t upto) {
    barrier_queue barriers;
    barriers.list_completed();
    std::uint64_t number = 0;
    timestamp at = 0, expected = never;
    RC_PRE(steps.size() < barrier_queue::waiting_max);
    for (const auto step : steps) {
      number += step % 4;
      at += 1 + step;
      barriers.add(number, at);
      if (number < upto)
        expected = at;
    }
    barriers.complete(upto);
    RC_ASSERT(barriers.verified() == expected);
  }));
}

TEST_CASE("with too many waiting barriers the newest replaces the one before") {
  barrier_queue barriers;
  barriers.list_completed();
  constexpr auto most = barrier_queue::waiting_max;
  for (std::uint64_t i = 1; i <= 2 * most; ++i)
    barriers.add(i, static_cast<timestamp>(i));
  barriers.complete(most);
  CHECK(barriers.verified() == static_cast<timestamp>(most - 1));
  barriers.complete(2 * most + 1);
  CHECK(barriers.verified() == static_cast<timestamp>(2 * most));
}
