#include "sync/kept_rows.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

using names = std::vector<std::string>;

volume of_driver(const std::string& driver) {
  volume x;
  x.name = "shown-" + driver;
  x.driver = driver;
  return x;
}

observed<volume> list_of(const names& drivers) {
  observed<volume> list;
  list.complete = true;
  for (const auto& x : drivers)
    list.present.push_back(of_driver(x));
  return list;
}

bool nothing(const std::string&) {
  return false;
}
bool everything(const std::string&) {
  return true;
}

} // namespace

TEST_CASE("a list removes a row that it lacks only if its driver is there and nothing mounts it") {
  struct row {
    const char* driver;
    names shown, named;
    bool mounted, stays;
  };
  for (const auto& x :
       {row{"local", {}, {}, false, false}, row{"local", {}, {}, true, true},
        row{"nas", {}, {}, false, true}, row{"nas", {"local"}, {"local"}, false, true},
        row{"nas", {"nas"}, {}, false, false}, row{"nas", {"nas"}, {}, true, true},
        row{"nas", {}, {"nas"}, false, false}, row{"nas", {}, {"nas"}, true, true},
        row{"nas", {"nas:latest"}, {}, false, true}, row{"", {"local"}, {}, false, true}}) {
    CAPTURE(x.driver);
    CAPTURE(x.mounted);
    auto list = list_of(x.shown);
    spare_by_driver(list, x.named);
    CHECK(spares(list.spared, x.driver, x.mounted) == x.stays);
  }
}

TEST_CASE("what a malformed entry spares stays spared, whatever drivers are known") {
  auto list = list_of({"nas"});
  list.spared.drivers = {"nas"};
  spare_by_driver(list, {"nas"});
  CHECK(spares(list.spared, "nas", false));
  CHECK_FALSE(spares(list.spared, "local", false));
}

TEST_CASE("a list that is not complete spares nothing, since it removes nothing") {
  auto list = list_of({"local"});
  list.complete = false;
  const auto before = list;
  spare_by_driver(list, {"nas"});
  CHECK(list == before);
}

TEST_CASE("each row that stays is inspected, unless it waits for an inspect already") {
  kept_rows rows;
  const auto next =
      rows.listed({"a", "b", "c"}, 0, false, [](const std::string& x) { return x == "b"; });
  CHECK(next.ask == names{"a", "c"});
  CHECK_FALSE(next.list_again);
  CHECK(rows.contains("b"));
  CHECK_FALSE(rows.completed({"a", "c"}, everything)); // the list had named all
  CHECK(rows.keys() == std::set<std::string>{"b"});
  rows.listed({}, 0, false, nothing);
  CHECK(rows.keys().empty());
}

TEST_CASE("where many rows stay, the drivers are asked for before any row is inspected") {
  kept_rows rows;
  const auto first = rows.listed({"a", "b"}, 5'000, false, nothing);
  CHECK(first.ask.empty());
  CHECK(first.list_again);
  CHECK(rows.more() == 5'000);
  const auto second = rows.listed({"a", "b"}, 5'000, true, nothing);
  CHECK(second.ask == names{"a", "b"});
  CHECK_FALSE(second.list_again);
}

TEST_CASE("many rows are inspected in turns, and rows that fail end the turns") {
  kept_rows rows;
  rows.listed({"a", "b", "c"}, 10, true, nothing);
  CHECK_FALSE(rows.completed({"a"}, nothing)); // b and c are still to be inspected
  CHECK_FALSE(rows.completed({}, nothing));
  CHECK(rows.completed({"b"}, [](const std::string& x) { return x == "c"; }));
  CHECK_FALSE(rows.completed({}, everything)); // once
  rows.listed({"a", "b"}, 10, true, nothing);
  CHECK_FALSE(rows.completed({}, everything)); // both fail: another list would show no more
  CHECK_FALSE(rows.completed({"stranger"}, everything));
}

TEST_CASE(
    "no list removes the row of a driver that is neither shown nor named, nor a mounted one") {
  CHECK(rc::check([] {
    const names drivers{"local", "nas", "ebs", "nfs", ""};
    const auto some = [&] {
      names chosen;
      for (const auto& x : drivers)
        if (*rc::gen::arbitrary<bool>())
          chosen.push_back(x);
      return chosen;
    };
    const auto shown = some(), named = some();
    auto list = list_of(shown);
    spare_by_driver(list, named);
    for (const auto& driver : drivers)
      for (const auto mounted : {false, true}) {
        const auto there = driver == "local" || std::ranges::count(shown, driver) > 0
                           || std::ranges::count(named, driver) > 0;
        RC_ASSERT(spares(list.spared, driver, mounted) == (mounted || !there));
      }
  }));
}

TEST_CASE("thousands of rows that stay cost a bounded number of lists and inspects, and all that "
          "are gone go in the end") {
  CHECK(rc::check([] {
    constexpr std::size_t named_max = 20;
    const auto gone = *rc::gen::inRange<std::size_t>(0, 300);
    const auto away = *rc::gen::inRange<std::size_t>(0, 2); // such rows block nothing but the rest
    std::map<std::string, bool> stay;                       // and whether an inspect fails
    for (std::size_t i = 0; i < gone; ++i)
      stay["v" + std::to_string(i)] = false;
    for (std::size_t i = 0; i < away; ++i)
      stay["away" + std::to_string(i)] = true;
    kept_rows rows;
    std::size_t lists = 0, inspects = 0;
    auto again = true, named = false;
    const auto fails = [&](const std::string& x) { return stay.contains(x) && stay.at(x); };
    while (again) {
      RC_ASSERT(++lists <= 3 + gone / (named_max - away));
      names keys;
      for (const auto& [key, x] : stay)
        if (keys.size() < named_max)
          keys.push_back(key);
      const auto next = rows.listed(keys, stay.size() - keys.size(), named, nothing);
      named = rows.more() > 0;
      again = next.list_again;
      inspects += next.ask.size();
      names settled;
      for (const auto& key : next.ask)
        if (!fails(key)) {
          stay.erase(key);
          settled.push_back(key);
        }
      again |= rows.completed(settled, fails);
    }
    RC_ASSERT(stay.size() == away);
    RC_ASSERT(inspects <= gone + away * lists);
  }));
}
