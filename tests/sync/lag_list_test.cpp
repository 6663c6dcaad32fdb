#include "runtime/invariant.hpp"
#include "sync/lag_list.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <vector>

using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

constexpr time_point start{};

} // namespace

TEST_CASE("an answer completes the lags that have ended when it was requested") {
  lag_list lags;
  lags.add({.number = 4, .until = start + 1s});
  lags.add({.number = 7, .until = start + 3s});
  CHECK(lags.number() == 4);
  CHECK(lags.until() == start + 3s);
  lags.complete(start + 999ms);
  CHECK(lags.number() == 4);
  lags.complete(start + 1s);
  CHECK(lags.number() == 7);
  lags.complete(start + 3s);
  CHECK(lags.empty());
}

TEST_CASE("a lag with a lower number than the last is refused") {
  lag_list lags;
  lags.add({.number = 4, .until = start});
  CHECK_THROWS_AS(lags.add({.number = 3, .until = start}), volumeviz::invariant_violation);
}

TEST_CASE("a resource with events all the time completes its oldest lag again and again") {
  lag_list lags;
  for (auto i = 0U; i < 100; ++i) {
    lags.add({.number = i, .until = start + i * 100ms + 1500ms});
    lags.complete(start + i * 100ms);
    REQUIRE_FALSE(lags.empty());
    CHECK(lags.number() + 32 > i);
  }
}

TEST_CASE("merged lags keep the lowest number and the latest end, in any order") {
  CHECK(rc::check([](std::vector<std::uint8_t> ends) {
    lag_list forwards, backwards;
    auto latest = time_point::min();
    for (auto i = 0U; i < ends.size(); ++i) {
      lag_list one, other;
      one.add({.number = i, .until = start + ends[i] * 1ms});
      const auto j = ends.size() - 1 - i;
      other.add({.number = j, .until = start + ends[j] * 1ms});
      forwards.merge(one);
      backwards.merge(other);
      latest = std::max(latest, start + ends[i] * 1ms);
    }
    RC_ASSERT(forwards.empty() == ends.empty());
    if (ends.empty())
      return;
    RC_ASSERT(forwards.number() == 0U);
    RC_ASSERT(backwards.number() == 0U);
    RC_ASSERT(forwards.until() == latest);
    RC_ASSERT(backwards.until() == latest);
  }));
}
