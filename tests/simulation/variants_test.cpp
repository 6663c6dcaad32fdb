// The simulation must be able to fail: for each rule a node that breaks it, and is caught.

#include "tests/simulation/shrink.hpp"
#include "tests/simulation/variants.hpp"

#include <doctest/doctest.h>

#include <cstdio>

using namespace volumeviz;
using namespace volumeviz::simulation;

namespace {

constexpr std::uint64_t schedules = 20'000;

void check_caught(const variant& node) {
  machine by;
  const auto found = find_broken(by, 1, schedules, node);
  REQUIRE_MESSAGE(found, node.name);
  std::printf("%s; caught after %llu schedules\n%s\n", node.name.c_str(),
              static_cast<unsigned long long>(found->seed), explain(by, *found, node).c_str());
}

void check_right(const variant& node, std::uint64_t count) {
  machine by;
  const auto found = find_broken(by, 1, count, node);
  CHECK_MESSAGE(!found, node.name, ": ", found ? explain(by, *found, node) : "");
}

} // namespace

TEST_CASE("a node that subscribes without since is caught") {
  check_caught(without_since());
  check_right(rechecks_only_lagging_keys(), 2'000);
}

TEST_CASE("a node that takes the daemon's stamps for sorted is caught") {
  check_caught(without_slack());
}

TEST_CASE("a node that lists before it watches is caught") {
  check_caught(lists_before_it_watches());
}

TEST_CASE("a node that writes an answer from before its turn is caught") {
  check_caught(writes_old_answers());
}

TEST_CASE("a node that does not list after an overflow is caught") {
  check_caught(ignores_reason(list_reason::overflow));
}

TEST_CASE("a node that does not list after a reconnect is caught") {
  check_caught(ignores_reason(list_reason::reconnect));
}

TEST_CASE("a node that does not list at its start is caught") {
  check_caught(ignores_reason(list_reason::start));
}

TEST_CASE("a node that does not list after a damaged line is caught") {
  check_caught(ignores_damage());
}

TEST_CASE("a node that does not list after the death of a handler is caught") {
  check_caught(ignores_reason(list_reason::lost_events));
}

TEST_CASE("a node that does not list after a prune is caught") {
  check_caught(ignores_prunes());
}

TEST_CASE("a node that forgets a failed inspect is caught") {
  check_caught(forgets_failed_inspects());
}

TEST_CASE("a node that forgets a failed list is caught") {
  check_caught(forgets_failed_lists());
}

TEST_CASE("a node that forgets a failed write is caught") {
  check_caught(forgets_failed_writes());
}

TEST_CASE("a node that proves nothing while one resource can't be inspected is caught") {
  check_caught(never_sets_keys_aside());
}

TEST_CASE("a node that deletes a listed container because its inspect denies it is caught") {
  check_caught(trusts_inspects_over_lists());
}

TEST_CASE("a node that deletes by a list with warnings is caught") {
  check_caught(trusts_partial_lists());
}

TEST_CASE("a node that deletes what it could not inspect is caught") {
  check_caught(takes_failures_for_404());
}

TEST_CASE("a node that deletes by a truncated list is caught") {
  check_caught(trusts_truncated_lists());
}

TEST_CASE("a node that deletes what a list shows malformed is caught") {
  check_caught(trusts_lists_without_left_out_entries());
}

TEST_CASE("a node that deletes by a list whose drivers may be absent is caught") {
  check_caught(trusts_lists_of_absent_drivers());
}

TEST_CASE("a node that does not compare a row that another client has changed is caught") {
  check_caught(ignores_versions_of_rows());
}

TEST_CASE("a node that remembers rows when its lock was lost is caught") {
  check_caught(remembers_rows_across_connections());
}

TEST_CASE("a node that remembers a row that an event has changed is caught") {
  check_right(overflows_when_a_container_goes_on(), 1'000);
  check_caught(remembers_rows_that_it_has_changed());
}

TEST_CASE("a node whose reader waits for its handlers is caught") {
  check_right(has_a_slow_handler(), 500);
  check_caught(reader_that_waits());
}

TEST_CASE("a node that never rechecks is caught") {
  check_caught(never_rechecks());
}

TEST_CASE("a node that does not notice that the daemon has dropped events is caught") {
  check_right(reads_late(), 1'000);
  check_caught(ignores_late_readers());
}

TEST_CASE("a node that takes for proven what its daemon has forgotten is caught") {
  check_right(reads_very_late(), 1'000);
  check_caught(trusts_every_audit());
}

TEST_CASE("a node that audits another daemon than its stream's is caught") {
  check_right(reads_late_what_has_ended(), 1'000);
  check_caught(trusts_any_daemon());
}

TEST_CASE("a node that does not list when its daemon has hung is caught") {
  check_right(has_clients_that_give_up(), 1'000);
  check_caught(does_not_list_after_a_hang());
}

TEST_CASE("a node that never audits its stream is right as long as it reads in time") {
  check_right(never_audits_and_always_reads(), 2'000);
}
