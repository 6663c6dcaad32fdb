// Which containers of a list need an inspect.

#include "sync/needs_inspect.hpp"
#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

namespace {

constexpr timestamp second = 1'000'000'000;
constexpr timestamp now = 1'700'000'000 * second;

/// A committed list that shows the containers a and b, which have been running for an hour.
struct listed_containers {
  listed_containers() {
    asked.list = true;
    asked.reasons = {list_reason::interval};
    for (const auto* id : {"a", "b"}) {
      auto& x = seen.batch.containers.present.emplace_back();
      x.id = id;
      x.state = "running";
      x.unchanged_for = 3600 * second;
    }
    written.verified_before = now - 60 * second;
  }
  keys inspect(resource_kind kind = resource_kind::container) const {
    return needs_inspect({kind, asked, false, seen, written}, bench.plan, left_out, now);
  }

  plan_bench bench;
  fetch asked;
  observation seen;
  write_summary written;
  std::set<std::string> left_out;
};

} // namespace

TEST_CASE_FIXTURE(listed_containers, "a list that changes nothing needs no inspect") {
  CHECK(inspect().empty());
}

TEST_CASE_FIXTURE(listed_containers, "inspects and lists of volumes need no inspect") {
  written.more_needs_inspect = 1;
  CHECK(inspect(resource_kind::volume).empty());
  asked.list = false;
  CHECK(inspect().empty());
}

TEST_CASE_FIXTURE(listed_containers,
                  "a container without times is inspected if the list shows it") {
  written.needs_inspect = {"b", "not shown"};
  CHECK(inspect() == keys{"b"});
}

TEST_CASE_FIXTURE(listed_containers, "a container whose row was created or changed is inspected") {
  written.changes = {{row_kind::container, operation::update, "a", {}},
                     {row_kind::container, operation::remove, "gone", {}},
                     {row_kind::mount, operation::create, "b", {}}};
  CHECK(inspect() == keys{"a"});
}

TEST_CASE_FIXTURE(listed_containers, "a container of which an event came is inspected") {
  bench.want(list_reason::interval);
  bench.begin_list();
  bench.event("start", "b");
  CHECK(inspect() == keys{"b"});
}

TEST_CASE_FIXTURE(listed_containers,
                  "where events may be missing, a container younger than the gap is inspected") {
  seen.batch.containers.present[0].unchanged_for = 30 * second;
  CHECK(inspect().empty());
  for (const auto reason : {list_reason::start, list_reason::reconnect, list_reason::overflow,
                            list_reason::damaged, list_reason::lost_events}) {
    asked.reasons = {reason};
    CHECK(inspect() == keys{"a"});
  }
  asked.reasons = {list_reason::lost_rows}; // whatever the rows were verified up to
  CHECK(inspect() == keys{"a", "b"});
}

TEST_CASE_FIXTURE(listed_containers,
                  "all containers are inspected after an answer that does not name all rows") {
  SUBCASE("changed rows") {
    written.more_changes = {{.kind = row_kind::container, .op = operation::create, .count = 1}};
    CHECK(inspect() == keys{"a", "b"});
  }
  SUBCASE("rows without times") {
    written.more_needs_inspect = 1;
    CHECK(inspect() == keys{"a", "b"});
  }
  SUBCASE("but not when only deleted rows are unnamed") {
    written.more_changes = {{.kind = row_kind::container, .op = operation::remove, .count = 1}};
    CHECK(inspect().empty());
  }
}

TEST_CASE_FIXTURE(listed_containers,
                  "a container in doubt that was left out is inspected once a list shows it") {
  left_out = {"b", "left out again"};
  CHECK(inspect() == keys{"b"});
}

TEST_CASE_FIXTURE(listed_containers,
                  "a container that was left out is in doubt until it is shown") {
  const auto in_doubt = [this](resource_kind kind = resource_kind::container) {
    return left_out_in_doubt({kind, asked, false, seen, written}, bench.plan, left_out);
  };
  const std::set<std::string> odd{"odd"};
  seen.left_out = {{.position = 3, .key = "odd", .driver = {}, .why = "it has no state"},
                   {.position = 4, .key = "", .driver = {}, .why = "it is not an object"}};
  CHECK(in_doubt().empty()); // nothing has happened to it
  asked.reasons = {list_reason::reconnect};
  CHECK(in_doubt() == odd);
  left_out = odd;
  asked.reasons = {list_reason::failure};
  CHECK(in_doubt() == odd);
  CHECK(in_doubt(resource_kind::volume) == odd);
  seen.left_out.clear();
  CHECK(in_doubt().empty());
  asked.list = false;
  CHECK(in_doubt() == odd); // an inspect of others
}
