// Which containers of a list have to be inspected after a gap.

#include "sync/gap.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

constexpr timestamp second = 1'000'000'000, hour = 3600 * second;
constexpr timestamp now = 1'700'000'000 * second;

container listed(const char* state, timestamp unchanged_for) {
  container x;
  x.state = state;
  x.unchanged_for = unchanged_for;
  return x;
}

} // namespace

TEST_CASE("a container whose state is older than the gap was not started in it") {
  CHECK_FALSE(times_may_differ(listed("running", hour), now - 60 * second, now));
  CHECK_FALSE(times_may_differ(listed("exited", hour), now - 60 * second, now));
}

TEST_CASE("the times of a container that may have started in the gap may differ") {
  CHECK(times_may_differ(listed("running", 59 * second), now - 60 * second, now));
  CHECK(
      times_may_differ(listed("running", 63 * second), now - 60 * second, now)); // too near to tell
  CHECK(times_may_differ(listed("running", hour), now - 2 * hour, now));
}

TEST_CASE("with an unknown age or verified_at the times may differ") {
  CHECK(times_may_differ(listed("running", 0), now - 60 * second, now)); // no age in its status
  CHECK(times_may_differ(listed("running", hour), never, now));          // nothing was ever proven
}

TEST_CASE("a verified_at in the future, of a clock that was set back, does not count") {
  CHECK(times_may_differ(listed("running", hour), now + second, now));
}

TEST_CASE("a container that was never started has no times") {
  CHECK_FALSE(times_may_differ(listed("created", 0), never, now));
}
