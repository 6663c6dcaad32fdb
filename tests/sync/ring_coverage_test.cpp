#include "sync/ring_coverage.hpp"
#include "tests/sync/audit_bench.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

namespace {

constexpr timestamp opened = 1'700'000'000 * second, disorder = 500 * millisecond;
const audit_request asked{.since = second, .until = opened + 5 * second};
constexpr timestamp horizon = opened + 3 * second;

/// A daemon that keeps so many events; its stream has just been opened.
ring_coverage coverage_of(std::size_t ring, bool forgets = true) {
  audit_policy policy;
  policy.ring = ring;
  ring_coverage x{policy};
  x.begin(opened, forgets);
  return x;
}

/// One event, remembered and shown.
audit_answer with_event(timestamp at) {
  return remembers({at}, {event_at(at)});
}

/// Counts from the newest of the question on backwards, this far apart.
std::vector<timestamp> stamps(std::size_t count, timestamp apart) {
  std::vector<timestamp> x;
  for (auto n = count; n > 0; --n)
    x.push_back(asked.until - static_cast<timestamp>(n) * apart);
  return x;
}

} // namespace

TEST_CASE("a daemon that remembers something from before the opening has forgotten nothing since") {
  for (const auto after : {0, 1}) {
    CAPTURE(after);
    auto coverage = coverage_of(256);
    const auto stamp = opened - disorder + after;
    CHECK(coverage.extend(asked, remembers({stamp}), {}) == (after == 0));
    CHECK(coverage.since() == (after == 0 ? stamp - disorder : second));
  }
}

TEST_CASE("a daemon that remembers the newest of the answer before has forgotten nothing since") {
  auto coverage = coverage_of(256);
  const auto anchor = opened + second, later = asked.until + second;
  coverage.extend_by_lists(asked, remembers({anchor - second, anchor}));
  CHECK(coverage.since() == anchor - disorder);
  const audit_request next{.since = coverage.since(), .until = asked.until + 5 * second};
  auto other = coverage;
  CHECK_FALSE(other.extend(next, remembers({later}), {}));
  CHECK(other.since() == anchor - disorder);
  // A daemon that remembers the anchor remembers all that followed.
  CHECK(coverage.extend(next, remembers({anchor, later}), {}));
  CHECK(coverage.since() == later - disorder);
}

TEST_CASE("a shown event after the horizon covers everything before it") {
  for (const auto after : {0, 1}) {
    CAPTURE(after);
    auto coverage = coverage_of(1); // it is full: nothing shows what it has forgotten
    CHECK(coverage.extend(asked, with_event(horizon + disorder + after), {}) == (after == 1));
    CHECK(coverage.since() == second);
  }
}

TEST_CASE("an event that the stream has not shown covers nothing") {
  const auto event = event_at(horizon + second);
  for (const auto ring : {1u, 256u}) {
    auto coverage = coverage_of(ring);
    CHECK_FALSE(coverage.extend(asked, remembers({event.time}, {event}), {event}));
  }
}

TEST_CASE("a young daemon that remembers less than it could has forgotten nothing") {
  const auto at = opened + second;
  auto young = coverage_of(2);
  CHECK(young.extend(asked, with_event(at), {}));
  CHECK(young.since() == at - disorder);

  auto full = coverage_of(1);
  CHECK_FALSE(full.extend(asked, with_event(at), {}));

  auto cut_short = coverage_of(2);
  auto part = with_event(at);
  part.all = false;
  CHECK_FALSE(cut_short.extend(asked, part, {}));

  auto silent = coverage_of(2); // it may have been restarted
  CHECK_FALSE(silent.extend(asked, remembers({at}), {}));

  auto restarted = coverage_of(2);
  restarted.extend_by_lists(asked, remembers({at}));
  CHECK_FALSE(restarted.extend({.since = restarted.since(), .until = asked.until + 5 * second},
                               with_event(asked.until), {}));
}

TEST_CASE("a daemon that has been silent since lists covered its past has forgotten nothing") {
  auto silent = remembers({});
  silent.continued = true;
  const audit_request next{.since = second, .until = asked.until + 5 * second};

  auto coverage = coverage_of(256);
  CHECK_FALSE(coverage.extend(asked, silent, {})); // nothing has covered the time before
  coverage.extend_by_lists(asked, silent);
  CHECK(coverage.extend(next, silent, {}));
  CHECK(coverage.extend(next, silent, {}));
  CHECK(coverage.since() == second);

  // Another process may have answered, which was started meanwhile.
  auto restarted = coverage;
  CHECK_FALSE(restarted.extend(next, remembers({}), {}));
  CHECK_FALSE(restarted.extend(next, silent, {}));
  // What is left of a part of the events tells nothing.
  auto filtered = coverage;
  auto part = silent;
  part.all = false;
  CHECK_FALSE(filtered.extend(next, part, {}));
}

TEST_CASE("Podman's answers cover everything up to the question") {
  auto podman = coverage_of(256, false);
  CHECK(podman.since() == opened - disorder);
  CHECK(podman.extend(asked, remembers({}), {}));
  CHECK(podman.since() == asked.until - disorder);
  CHECK(podman.until_next(asked, remembers(stamps(256, millisecond))) == 5s);
}

TEST_CASE("the next question comes before half of what is remembered now is forgotten") {
  struct row {
    std::size_t count;
    timestamp apart;
    timestamp asked_for; ///< how far the question went back
    std::chrono::milliseconds wait;
  };
  const row rows[] = {
      {256, 7'812'500, hour, 500ms},    // full: 2 s in the ring
      {256, 31'250'000, hour, 3'500ms}, // 8 s
      {256, second, hour, 5'000ms},
      {256, millisecond, hour, 500ms},
      {200, millisecond, 5'500 * millisecond, 3'020ms}, // 200 in 5.5 s
      {1, millisecond, 5'500 * millisecond, 5'000ms},
      {0, 0, 5'500 * millisecond, 5'000ms}, // nothing shows its pace
  };
  for (const auto& x : rows) {
    CAPTURE(x.count);
    CAPTURE(x.apart);
    auto coverage = coverage_of(256);
    const audit_request question{.since = asked.until - x.asked_for, .until = asked.until};
    const auto answer = remembers(stamps(x.count, x.apart));
    coverage.extend_by_lists(question, answer);
    CHECK(coverage.until_next(question, answer) == x.wait);
  }
}

TEST_CASE("a daemon whose answer covers less than the question is asked at the usual pace") {
  auto coverage = coverage_of(1);
  const auto answer = with_event(horizon + second);
  CHECK(coverage.until_next(asked, answer) == 5s);
  REQUIRE(coverage.extend(asked, answer, {}));
  CHECK(coverage.until_next(asked, answer) == 5s);
}
