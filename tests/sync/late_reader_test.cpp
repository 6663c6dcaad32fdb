#include "sync/late_reader.hpp"
#include "tests/sync/audit_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;
using namespace std::chrono_literals;

namespace {

constexpr timestamp opened = 1'700'000'000 * second;

} // namespace

TEST_CASE("an event's lag goes by the daemon's clock") {
  late_reader reader{3};
  reader.opened(opened, opened - hour);
  CHECK(reader.lag_of(event_at(opened), opened - hour + second) == 1s);
  CHECK(reader.lag_of(event_at(opened + second), opened - hour + second) == 0s);
}

TEST_CASE("an event from before the opening was replayed and has no lag") {
  late_reader reader{3};
  reader.opened(opened, opened);
  CHECK_FALSE(reader.lag_of(event_at(opened - 1), opened + second));
}

TEST_CASE("a run of late events as long as the backlog may have lost some, reported once") {
  late_reader reader{3};
  CHECK_FALSE(reader.may_have_lost(91ms));
  CHECK_FALSE(reader.may_have_lost(91ms));
  CHECK_FALSE(reader.may_have_lost(90ms)); // in time: the run begins again
  CHECK_FALSE(reader.may_have_lost(91ms));
  CHECK_FALSE(reader.may_have_lost(91ms));
  CHECK(reader.may_have_lost(91ms));
  CHECK_FALSE(reader.may_have_lost(91ms));
  CHECK_FALSE(reader.may_have_lost(0ms));
  CHECK_FALSE(reader.may_have_lost(5s));
  CHECK_FALSE(reader.may_have_lost(5s));
  CHECK(reader.may_have_lost(5s));
}
