// Goal: an agent and its hub keep every promise of a node, whatever becomes of the link between
// them. Method: as in simulation_test.cpp. And for each rule of the link a fleet that breaks it,
// and is caught.

#include "tests/simulation/campaign.hpp"
#include "tests/simulation/variants.hpp"

#include <doctest/doctest.h>

#include <cstdio>

using namespace volumeviz::simulation;

namespace {

constexpr std::uint64_t schedules = 20'000;

void check_caught(const variant& node) {
  machine by;
  const auto found = find_broken(by, 1, schedules, node, make_fleet_schedule);
  REQUIRE_MESSAGE(found, node.name);
  std::printf("%s; caught after %llu schedules\n%s\n", node.name.c_str(),
              static_cast<unsigned long long>(found->seed),
              explain(by, *found, node, make_fleet_schedule).c_str());
}

} // namespace

TEST_CASE("fixed fleets keep every promise") {
  check_fixed(make_fleet_schedule, 0, 3'000);
}

TEST_CASE("fleets that once broke a promise keep it") {
  check_mended(make_fleet_schedule, {1471762088327589116u});
  // The row of a ghost went with its denial, and was not back when the ghost had become a
  // container.
  check_mended(make_fleet_schedule, {3693635401634546307u});
}

TEST_CASE("fresh fleets keep every promise") {
  check_fresh(make_fleet_schedule);
}

TEST_CASE("one fleet can be printed, step by step") {
  print_one(make_fleet_schedule);
}

TEST_CASE("a fleet is the same whenever it is played") {
  check_same_again(make_fleet_schedule);
}

TEST_CASE("a hub that takes a chunk for a complete list is caught") {
  check_caught(takes_chunks_for_lists());
}

TEST_CASE("a hub that acknowledges before it commits is caught") {
  check_caught(acknowledges_before_it_commits());
}

TEST_CASE("an agent that takes a lost answer for a success is caught") {
  machine by;
  const auto usual = has_a_hub_that_dies_with_a_batch();
  const auto found = find_broken(by, 1, 300, usual, make_fleet_schedule);
  CHECK_MESSAGE(!found, usual.name, ": ",
                found ? explain(by, *found, usual, make_fleet_schedule) : "");
  check_caught(takes_lost_answers_for_success());
}

TEST_CASE("an agent that does not list for a hub that has lost data is caught") {
  check_caught(never_resends());
}

TEST_CASE("a hub that applies batches of a former session late is caught") {
  check_caught(applies_old_batches_late());
}

TEST_CASE("a hub that trusts the host that a batch names is caught") {
  check_caught(trusts_the_host_in_a_batch());
}

TEST_CASE("a hub that does not ask for a session's secret is caught") {
  check_caught(trusts_any_token());
}

TEST_CASE("a hub that admits a second agent of a name is caught") {
  check_caught(admits_a_second_agent());
}
