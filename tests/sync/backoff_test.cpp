#include "sync/backoff.hpp"
#include "sync/restart_window.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <set>

using namespace volumeviz::sync;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST_CASE("waits double, spread by a fifth, until the longest") {
  backoff waits{1s, 5min, 7};
  auto expected = milliseconds{1s};
  for (auto i = 0; i < 20; ++i) {
    auto wait = waits.next();
    CHECK(wait >= std::max<milliseconds>(1s, expected * 8 / 10));
    CHECK(wait <= std::min<milliseconds>(5min, expected * 12 / 10));
    expected = std::min<milliseconds>(5min, expected * 2);
  }
}

TEST_CASE("after a success waits begin at the shortest again") {
  backoff waits{100ms, 1min, 3};
  for (auto i = 0; i < 10; ++i)
    waits.next();
  waits.reset();
  CHECK(waits.next() <= 120ms);
}

TEST_CASE("two clients do not retry at the same moment") {
  std::set<milliseconds> waits;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    backoff x{1s, 5min, seed};
    x.next();
    x.next();
    waits.insert(x.next());
  }
  CHECK(waits.size() > 40);
}

TEST_CASE("the same seed makes the same waits") {
  backoff a{1s, 5min, 42}, b{1s, 5min, 42};
  for (auto i = 0; i < 10; ++i)
    CHECK(a.next() == b.next());
}

TEST_CASE("no wait is outside of its bounds, whatever they, the attempt and the seed are") {
  CHECK(rc::check([](std::uint64_t seed) {
    auto min = milliseconds{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)};
    auto max = milliseconds{*rc::gen::inRange<std::int64_t>(0, 1'000'000'000)};
    auto attempt = *rc::gen::element(0U, 1U, 5U, 31U, 32U, 40U, 63U, 64U, 1'000U, ~0U);
    auto random = seeded(seed);
    auto wait = doubled_wait(min, max, attempt, random);
    RC_ASSERT(wait >= min);
    RC_ASSERT(wait <= std::max(min, max));
  }));
}

TEST_CASE(
    "restarts up to the limit are admitted, and one more when the first has left the window") {
  restart_window window{3, 10s};
  auto now = restart_window::time_point{} + 1h;
  CHECK(window.admit(now));
  CHECK(window.admit(now + 1s));
  CHECK(window.admit(now + 2s));
  CHECK_FALSE(window.admit(now + 3s));
  CHECK_FALSE(window.admit(now + 10s));
  CHECK(window.admit(now + 30s));
}

TEST_CASE("a window of none admits no restart") {
  restart_window window{0, 10s};
  CHECK_FALSE(window.admit(restart_window::time_point{} + 1h));
}
