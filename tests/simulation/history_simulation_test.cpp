// Goal: what the node remembers is true, and reaches those who follow it. Method: schedules whose
// database is the product's own, a real SQLite file. And for each rule of the history a node or a
// reader that breaks it, and is caught.

#include "tests/simulation/campaign.hpp"
#include "tests/simulation/variants.hpp"

#include <doctest/doctest.h>

#include <cstdio>

using namespace volumeviz::simulation;

namespace {

constexpr std::uint64_t schedules = 2'000;

void check_caught(const variant& node) {
  machine by;
  const auto found = find_broken(by, 1, schedules, node, make_history_schedule);
  REQUIRE_MESSAGE(found, node.name);
  // Not shrunk: these schedules take a hundred times as long as those with a model.
  std::printf("%s; caught after %llu schedules\n%s\n", node.name.c_str(),
              static_cast<unsigned long long>(found->seed), found->broken.c_str());
}

} // namespace

TEST_CASE("fixed histories keep every promise") {
  check_fixed(make_history_schedule, 0, 25);
}

TEST_CASE("histories that once broke a promise keep it") {
  // A list was dated by its question. Before the answer the daemon hung, or the inspector did not
  // run, and what the answer showed happened meanwhile.
  check_mended(make_history_schedule, {78, 89, 121});
  // The row of a volume whose driver was away was marked, and showed what another client had made
  // of it.
  check_mended(make_history_schedule, {7181773171877180702u});
  // The row of a volume that had been removed was marked first.
  check_mended(make_history_schedule, {9639010851816553741u});
  // A list told a change whose event was on its way. Earlier events of the container had told
  // something else.
  check_mended(make_history_schedule,
               {9639010851816553527u, 9639010851816554497u, 9639010851816554902u});
}

TEST_CASE("fresh histories keep every promise") {
  check_fresh(make_history_schedule);
}

TEST_CASE("one history can be printed, step by step") {
  print_one(make_history_schedule);
}

TEST_CASE("a history is the same whenever it is played") {
  check_same_again(make_history_schedule, 3);
}

TEST_CASE("a store that loses a change of the history is caught") {
  check_caught(loses_changes());
}

TEST_CASE("a store that takes the time of a list for that of an event is caught") {
  check_caught(takes_lists_for_events());
}

TEST_CASE("a store that does not tell the time of an event is caught") {
  check_caught(takes_events_for_lists());
}

TEST_CASE("a store that takes an interval for a moment is caught") {
  check_caught(takes_intervals_for_moments());
}

TEST_CASE("a reader that shows a moment without its last change is caught") {
  check_caught(reads_one_change_late());
}

TEST_CASE("a feed that skips a change between the pages and the live part is caught") {
  check_caught(skips_at_the_seam());
}

TEST_CASE("a feed that repeats a change when a subscriber comes back is caught") {
  check_caught(repeats_on_resume());
}
