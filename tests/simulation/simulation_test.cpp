// Goal: whatever happens in whatever order, every promise is kept. Method: schedules from seeds,
// fixed ones and fresh ones; see README.md for the commands.

#include "tests/simulation/campaign.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::simulation;

TEST_CASE("fixed schedules keep every promise: the first three thousand") {
  check_fixed(make_schedule, 0, 3'000);
}

TEST_CASE("fixed schedules keep every promise: the second three thousand") {
  check_fixed(make_schedule, 5'000, 3'000);
}

TEST_CASE("fixed schedules keep every promise: the third three thousand") {
  check_fixed(make_schedule, 10'000, 3'000);
}

TEST_CASE("schedules that once broke a promise keep it") {
  // Volumes that only lists complete, more than `list_above`: lists came early and left them out.
  check_mended(make_schedule, {8482484653558434579u});
  // An event said that a volume was removed. Its inspects had failed before, and then its driver
  // was away: a list without the volume counted as proof that its row was right.
  check_mended(make_schedule, {535283090139626629u});
  // A container was restarted unseen, and lists left its entry out until no list asked for its
  // times.
  check_mended(make_schedule, {535283090139628705u});
}

TEST_CASE("fresh schedules keep every promise") {
  check_fresh(make_schedule);
}

TEST_CASE("one schedule can be printed, step by step") {
  print_one(make_schedule);
}

TEST_CASE("a schedule is the same whenever it is played") {
  check_same_again(make_schedule);
}
