#include "sync/drift_watch.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

const auto start = drift_watch::time_point{} + 1h;

row_change change(std::string key, operation op = operation::create,
                  row_kind kind = row_kind::volume) {
  return {.kind = kind, .op = op, .key = std::move(key), .detail = {}};
}

} // namespace

TEST_CASE("a change that no event covers within two seconds is drift, reported once") {
  drift_watch watch;
  CHECK_FALSE(watch.next_due());
  watch.suspect("v", row_kind::volume, operation::update, start);
  CHECK(watch.next_due() == start + 2s);
  CHECK(watch.due(start + 1999ms).empty());
  CHECK(watch.due(start + 2s) == std::vector{change("v", operation::update)});
  CHECK(watch.due(start + 1h).empty());
  CHECK(watch.waiting() == 0);
  CHECK_FALSE(watch.next_due());
}

TEST_CASE("a removal waits a minute for its event before it is drift") {
  drift_watch watch;
  watch.suspect("gone", row_kind::volume, operation::remove, start);
  watch.suspect("new", row_kind::volume, operation::create, start + 1s);
  CHECK(watch.next_due() == start + 3s);
  CHECK(watch.due(start + 59'999ms) == std::vector{change("new")});
  CHECK(watch.due(start + 60s) == std::vector{change("gone", operation::remove)});
}

TEST_CASE("the event of a prune clears what lists have removed before it, and nothing else") {
  struct row {
    operation op;
    bool cleared;
  };
  for (const auto& x : {row{operation::remove, true}, row{operation::create, false},
                        row{operation::update, false}}) {
    CAPTURE(to_string(x.op));
    drift_watch watch;
    watch.suspect("a", row_kind::volume, x.op, start);
    watch.suspect("b", row_kind::mount, x.op, start + 1s);
    watch.clear_removals();
    CHECK(watch.waiting() == (x.cleared ? 0 : 2));
    watch.suspect("later", row_kind::volume, x.op, start + 2s);
    CHECK(watch.due(start + 1h).size() == (x.cleared ? 1 : 3));
  }
}

TEST_CASE("an event that was on its way clears its resource and no other") {
  drift_watch watch;
  watch.suspect("a", row_kind::volume, operation::create, start);
  watch.suspect("b", row_kind::volume, operation::create, start);
  watch.clear("a");
  watch.clear("stranger");
  CHECK(watch.due(start + 2s) == std::vector{change("b")});
}

TEST_CASE("an event of a container clears its mounts as well") {
  drift_watch watch;
  watch.suspect("c", row_kind::container, operation::create, start);
  watch.suspect("c", row_kind::mount, operation::create, start);
  watch.suspect("c", row_kind::mount, operation::create, start);
  CHECK(watch.waiting() == 3);
  watch.clear("c");
  CHECK(watch.waiting() == 0);
  CHECK(watch.due(start + 1h).empty());
}

TEST_CASE("every row of a resource counts") {
  drift_watch watch;
  watch.suspect("c", row_kind::mount, operation::create, start);
  watch.suspect("c", row_kind::mount, operation::create, start + 1ms);
  CHECK(watch.due(start + 2s).size() == 1);
  CHECK(watch.due(start + 3s) == std::vector{change("c", operation::create, row_kind::mount)});
}

TEST_CASE("a resource can drift again") {
  drift_watch watch;
  watch.suspect("v", row_kind::volume, operation::create, start);
  watch.clear("v");
  watch.suspect("v", row_kind::volume, operation::update, start + 1s);
  CHECK(watch.next_due() == start + 3s);
  CHECK(watch.due(start + 3s).size() == 1);
}

TEST_CASE("changes beyond the capacity are counted and not reported") {
  drift_watch watch{{.grace = 2s, .removal_grace = 60s, .capacity = 2}};
  for (const auto* key : {"a", "b", "c"})
    watch.suspect(key, row_kind::volume, operation::create, start);
  CHECK(watch.waiting() == 2);
  CHECK(watch.unjudged() == 1);
  CHECK(watch.due(start + 2s).size() == 2);
  watch.suspect("d", row_kind::volume, operation::create, start + 2s);
  CHECK(watch.waiting() == 1);
}

TEST_CASE("a moved watch keeps its suspected changes") {
  drift_watch watch;
  watch.suspect("a", row_kind::volume, operation::create, start);
  watch.suspect("b", row_kind::volume, operation::create, start);
  auto other = std::move(watch);
  other.clear("a");
  CHECK(other.due(start + 2s) == std::vector{change("b")});
}

TEST_CASE("a row is drift exactly when no event comes after it and before its time") {
  CHECK(rc::check([] {
    struct row {
      drift_watch::time_point due;
      row_change what;
    };
    auto n = *rc::gen::inRange(0, 100);
    drift_watch watch{{.grace = 2s, .removal_grace = 5s, .capacity = 50}};
    std::vector<row> model; // in the order of `due`
    auto now = start;
    for (auto i = 0; i < n; ++i) {
      auto key = std::string(1, *rc::gen::inRange('a', 'e'));
      switch (*rc::gen::inRange(0, 5)) {
      case 0:
        watch.clear(key);
        std::erase_if(model, [&key](const row& x) { return x.what.key == key; });
        break;
      case 1:
        watch.clear_removals();
        std::erase_if(model, [](const row& x) { return x.what.op == operation::remove; });
        break;
      default: {
        const auto op = *rc::gen::element(operation::create, operation::update, operation::remove);
        watch.suspect(key, row_kind::volume, op, now);
        if (model.size() < 50)
          model.push_back({now + (op == operation::remove ? 5s : 2s), change(key, op)});
        std::ranges::stable_sort(model, {}, &row::due);
      }
      }
      now += std::chrono::milliseconds{*rc::gen::inRange(0, 700)};
      std::vector<row_change> expected;
      while (!model.empty() && model.front().due <= now) {
        expected.push_back(model.front().what);
        model.erase(model.begin());
      }
      RC_ASSERT(watch.due(now) == expected);
      RC_ASSERT(watch.waiting() == model.size());
    }
  }));
}
