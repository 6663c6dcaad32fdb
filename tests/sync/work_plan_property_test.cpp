// Goal: whatever the world and the failures do, the database ends as the world is, and nothing that
// the plan says on the way is false. Method: a small world in virtual time (plan_world), every
// decision from a tape that rapidcheck makes up and shrinks.

#include "tests/sync/plan_world.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

namespace {

void live_through(const work_limits& limits) {
  // A property of another name has other chances.
  for (const auto* name : {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"})
    CHECK(rc::check(name, [&limits] {
      auto tape = long_tape();
      auto changes = *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(5u, 60u));
      plan_world{limits, tape}.run(changes);
    }));
}

} // namespace

TEST_CASE("in any order of events and failures the rows end right and every promise is kept") {
  live_through({});
}

TEST_CASE("the same holds when a few dirty keys become a list") {
  live_through({.batch_max = 2, .list_above = 2});
}

TEST_CASE("the same holds when most keys can't be inspected") {
  const auto list_only = [](const std::string& key) { return key != "c0"; };
  live_through({.list_above = 1, .list_only = list_only});
  live_through({.list_above = 100, .list_only = list_only});
}

TEST_CASE("the same holds when dirty keys are forgotten for a list") {
  live_through({.batch_max = 1, .list_above = 100, .keys_max = 2});
}
