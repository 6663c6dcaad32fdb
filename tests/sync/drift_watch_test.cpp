#include "sync/drift_watch.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

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

TEST_CASE("what no event has announced within two seconds is drift, told once") {
  drift_watch watch;
  CHECK_FALSE(watch.next_due());
  watch.suspect("v", row_kind::volume, operation::remove, start);
  CHECK(watch.next_due() == start + 2s);
  CHECK(watch.due(start + 1999ms).empty());
  CHECK(watch.due(start + 2s) == std::vector{change("v", operation::remove)});
  CHECK(watch.due(start + 1h).empty());
  CHECK(watch.waiting() == 0);
  CHECK_FALSE(watch.next_due());
}

TEST_CASE("an event that was on its way clears its resource and no other") {
  drift_watch watch;
  watch.suspect("a", row_kind::volume, operation::create, start);
  watch.suspect("b", row_kind::volume, operation::create, start);
  watch.announced("a");
  watch.announced("stranger");
  CHECK(watch.due(start + 2s) == std::vector{change("b")});
}

TEST_CASE("an event of a container clears its mounts as well") {
  drift_watch watch;
  watch.suspect("c", row_kind::container, operation::create, start);
  watch.suspect("c", row_kind::mount, operation::create, start);
  watch.suspect("c", row_kind::mount, operation::create, start);
  CHECK(watch.waiting() == 3);
  watch.announced("c");
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
  watch.announced("v");
  watch.suspect("v", row_kind::volume, operation::remove, start + 1s);
  CHECK(watch.next_due() == start + 3s);
  CHECK(watch.due(start + 3s).size() == 1);
}

TEST_CASE("suspicions that find no room are counted and not told") {
  drift_watch watch{2s, 2};
  for (const auto* key : {"a", "b", "c"})
    watch.suspect(key, row_kind::volume, operation::create, start);
  CHECK(watch.waiting() == 2);
  CHECK(watch.unjudged() == 1);
  CHECK(watch.due(start + 2s).size() == 2);
  watch.suspect("d", row_kind::volume, operation::create, start + 2s);
  CHECK(watch.waiting() == 1);
}

TEST_CASE("a moved watch still knows what it waits for") {
  drift_watch watch;
  watch.suspect("a", row_kind::volume, operation::create, start);
  watch.suspect("b", row_kind::volume, operation::create, start);
  auto other = std::move(watch);
  other.announced("a");
  CHECK(other.due(start + 2s) == std::vector{change("b")});
}

TEST_CASE("a row is drift exactly when no event comes after it and before its time") {
  CHECK(rc::check([] {
    struct row {
      drift_watch::time_point at;
      std::string key;
    };
    auto n = *rc::gen::inRange(0, 100);
    drift_watch watch{2s, 50};
    std::vector<row> model;
    auto now = start;
    for (auto i = 0; i < n; ++i) {
      auto key = std::string(1, *rc::gen::inRange('a', 'e'));
      if (*rc::gen::arbitrary<bool>()) {
        watch.suspect(key, row_kind::volume, operation::create, now);
        if (model.size() < 50)
          model.push_back({now, key});
      } else {
        watch.announced(key);
        std::erase_if(model, [&key](const row& x) { return x.key == key; });
      }
      now += std::chrono::milliseconds{*rc::gen::inRange(0, 700)};
      std::vector<row_change> expected;
      while (!model.empty() && model.front().at + 2s <= now) {
        expected.push_back(change(model.front().key));
        model.erase(model.begin());
      }
      RC_ASSERT(watch.due(now) == expected);
      RC_ASSERT(watch.waiting() == model.size());
    }
  }));
}
