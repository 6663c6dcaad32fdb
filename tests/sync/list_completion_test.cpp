// What a committed fetch proves, and what has to follow it.

#include "sync/list_completion.hpp"
#include "tests/sync/plan_bench.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

namespace {

/// A plan, and the fetches of one kind that the store has committed.
struct completing {
  explicit completing(resource_kind of) : kind(of) {}

  /// The daemon's answer shows these.
  void shows(const keys& all) {
    for (const auto& key : all)
      if (kind == resource_kind::volume)
        seen.batch.volumes.present.emplace_back().name = key;
      else
        seen.batch.containers.present.emplace_back().id = key;
  }
  void is_complete() {
    (kind == resource_kind::volume ? seen.batch.volumes.complete : seen.batch.containers.complete) =
        true;
  }
  void deleted(const std::string& key) {
    written.changes.push_back({row_kind::volume, operation::remove, key, {}});
  }
  fetch_outcome list(bool with_drivers = false) {
    bench.want(list_reason::interval);
    return commit(bench.begin_list(), with_drivers);
  }
  fetch_outcome commit(const fetch& asked, bool with_drivers = false) {
    auto outcome = completion.complete({kind, asked, with_drivers, seen, written}, bench.now, 1);
    seen = {};
    written = {};
    return outcome;
  }
  timestamp verified() const { return bench.plan.status().verified; }

  bool next_list_asks_for_drivers() const {
    fetch list;
    list.list = true;
    return completion.request_for(kind, list).drivers;
  }

  resource_kind kind;
  plan_bench bench;
  std::string list_only;
  list_completion completion{bench.plan, [this](const auto& key) { return key == list_only; }};
  observation seen;
  write_summary written;
};

using remaining = std::set<std::string>;

} // namespace

TEST_CASE("a complete list of containers leaves those that it shows, names or spares") {
  completing x{resource_kind::container};
  x.shows({"shown"});
  x.is_complete();
  x.seen.batch.containers.also_present = {"named"};
  x.written.spared = {"spared"};
  CHECK(x.list().remaining == remaining{"named", "shown", "spared"});
  CHECK(x.bench.begin_keys() == keys{"spared"}); // only an inspect can tell
}

TEST_CASE("a list whose answer does not name all spared containers leaves all of them") {
  completing x{resource_kind::container};
  x.shows({"shown"});
  x.is_complete();
  x.written.more_spared = 1;
  CHECK_FALSE(x.list().remaining);
}

TEST_CASE("a partial list proves nothing of what it lacks") {
  completing x{resource_kind::volume};
  x.bench.want(list_reason::start);
  x.bench.plan.add_barrier(7);
  const auto asked = x.bench.begin_list();
  x.shows({"shown"});
  const auto outcome = x.commit(asked);
  CHECK_FALSE(outcome.remaining);
  CHECK(outcome.gone.empty());
  CHECK(x.verified() == never);
  x.is_complete();
  x.bench.sleep();
  x.commit(x.bench.begin_list());
  CHECK(x.verified() == 7);
}

TEST_CASE("a complete list of volumes proves only its deletions, and spared rows are inspected") {
  completing x{resource_kind::volume};
  x.is_complete();
  x.deleted("deleted");
  x.written.spared = {"spared"};
  const auto outcome = x.list();
  CHECK(outcome.gone == keys{"deleted"});
  CHECK_FALSE(outcome.remaining);
  CHECK(x.bench.begin_keys() == keys{"spared"});
  CHECK_FALSE(x.next_list_asks_for_drivers());
}

TEST_CASE("a spared volume that can't be inspected needs a list that asks for the drivers") {
  completing x{resource_kind::volume};
  x.list_only = "nas//export";
  x.is_complete();
  x.written.spared = {"nas//export"};
  x.list();
  CHECK(x.next_list_asks_for_drivers());
  CHECK(x.bench.begin_list().reasons == std::set{list_reason::failure});
}

TEST_CASE("when all inspects of a turn are done, a list follows for the rows beyond it") {
  completing x{resource_kind::volume};
  x.is_complete();
  x.written.spared = {"turn"};
  x.written.more_spared = 1;
  x.list(true);
  const auto asked = x.bench.begin();
  REQUIRE(asked);
  CHECK(asked->keys == keys{"turn"});
  x.seen.batch.volumes.gone = {"turn"};
  x.commit(*asked);
  CHECK(x.bench.begin_list().reasons == std::set{list_reason::failure});
}

TEST_CASE(
    "barriers wait for the list that asks for the drivers of a row that only lists complete") {
  completing x{resource_kind::volume};
  x.bench.event("start", "odd");
  while (!x.bench.plan.keys().is_set_aside("odd") || !x.bench.plan.status().idle) {
    if (const auto what = x.bench.begin())
      x.bench.finish(what->keys);
    else
      x.bench.sleep();
  }
  x.is_complete();
  x.written.spared = {"odd"};
  x.bench.want(list_reason::interval);
  x.bench.plan.add_barrier(7);
  x.commit(x.bench.begin_list());
  CHECK(x.verified() == never);
  CHECK(x.next_list_asks_for_drivers());
  SUBCASE("it deletes the row") {
    x.deleted("odd");
  }
  SUBCASE("the driver is away") {
    x.written.spared = {"odd"};
  }
  x.is_complete();
  x.commit(x.bench.begin_list(), true);
  CHECK(x.verified() == 7);
}

TEST_CASE("a container that may have been restarted is inspected once a list shows it again") {
  struct row {
    std::string what;
    list_reason reason;
    bool event;
    bool inspect;
  };
  for (const auto& [what, reason, event, inspect] :
       {row{"events were missed", list_reason::overflow, false, true},
        row{"rows were lost", list_reason::lost_rows, false, true},
        row{"its event came", list_reason::failure, true, true},
        row{"nothing happened to it", list_reason::failure, false, false}}) {
    CAPTURE(what);
    completing x{resource_kind::container};
    const auto list = [&](list_reason why, bool shown) {
      x.bench.want(why);
      x.is_complete();
      if (shown)
        x.shows({"odd"});
      else {
        x.seen.left_out = {{.position = 1, .key = "odd", .driver = {}, .why = "it has no state"}};
        x.seen.batch.containers.also_present = {"odd"};
      }
      x.commit(x.bench.begin_list());
    };
    if (event)
      x.bench.event("start", "odd");
    list(reason, false);
    CHECK_FALSE(x.bench.begin());
    x.bench.advance(x.bench.limits.delayed_recheck); // lost events want two lists
    // One that follows left-out entries.
    list(list_reason::failure, false);
    list(list_reason::failure, true);
    if (inspect) {
      CHECK(x.bench.begin_keys() == keys{"odd"});
      x.bench.finish();
      list(list_reason::failure, true);
    }
    CHECK_FALSE(x.bench.begin());
  }
}
