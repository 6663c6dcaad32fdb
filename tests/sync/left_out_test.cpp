// What a complete list must not delete because of entries that were left out of it.

#include "sync/left_out.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace volumeviz;
using namespace volumeviz::sync;
using strings = std::vector<std::string>;

namespace {

left_out_entry entry(std::string key, std::string driver) {
  return {
      .position = 3, .key = std::move(key), .driver = std::move(driver), .why = "its name is x"};
}

template <class Resource>
observed<Resource> complete_list() {
  observed<Resource> list;
  list.complete = true;
  return list;
}

/// What becomes of a row that the list does not show.
template <class Resource>
bool stays(const observed<Resource>& list, const std::string& key, const std::string& driver) {
  return std::ranges::find(list.also_present, key) != list.also_present.end()
         || spares(list.spared, driver);
}

} // namespace

TEST_CASE("what can be read of a left-out volume decides what its list spares") {
  struct example {
    std::vector<left_out_entry> left_out;
    strings stay, go; // "key driver"
  };
  const strings rows{"a nas", "b nas", "c local", "d local"};
  for (const auto& x : std::vector<example>{
           {{}, {}, rows},
           {{entry("a", "nas")}, {"a nas"}, {"b nas", "c local", "d local"}},
           {{entry("a", "")}, {"a nas"}, {"b nas", "c local", "d local"}},
           {{entry("", "nas")}, {"a nas", "b nas"}, {"c local", "d local"}},
           {{entry("c", "local"), entry("", "nas")}, {"a nas", "b nas", "c local"}, {"d local"}},
           {{entry("", "other")}, {}, rows},
           {{entry("", "")}, rows, {}},
           {{entry("", "nas"), entry("", "")}, rows, {}}}) {
    auto list = complete_list<volume>();
    spare(x.left_out, list);
    for (const auto& row : x.stay)
      CHECK_MESSAGE(stays(list, row.substr(0, 1), row.substr(2)), row);
    for (const auto& row : x.go)
      CHECK_MESSAGE(!stays(list, row.substr(0, 1), row.substr(2)), row);
  }
}

TEST_CASE("a left-out container without an id spares all containers that the list lacks") {
  auto list = complete_list<container>();
  spare({entry("c1", "")}, list);
  CHECK(stays(list, "c1", ""));
  CHECK_FALSE(stays(list, "c2", ""));
  spare({entry("", "")}, list);
  CHECK(stays(list, "c2", ""));
}

TEST_CASE("a list that is not complete deletes nothing, so it has nothing to spare") {
  observed<volume> list;
  spare({entry("a", ""), entry("", "nas"), entry("", "")}, list);
  CHECK(list == observed<volume>{});
}

TEST_CASE("no left-out entry ever deletes a row that may be its own") {
  CHECK(rc::check("the rows of left-out entries stay", [] {
    auto list = complete_list<volume>();
    std::vector<left_out_entry> left_out;
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto bits : *rc::gen::container<std::vector<int>>(rc::gen::inRange(0, 4 * 300))) {
      const auto key = "v" + std::to_string(bits / 4);
      const auto driver = "d" + std::to_string(bits / 4 % 150);
      rows.emplace_back(key, driver);
      left_out.push_back(entry((bits & 1) != 0 ? key : "", (bits & 2) != 0 ? driver : ""));
    }
    spare(left_out, list);
    for (const auto& [key, driver] : rows)
      RC_ASSERT(stays(list, key, driver));
    // And nothing is spared without need.
    const auto nameless =
        std::ranges::any_of(left_out, [](const auto& x) { return x.key.empty(); });
    RC_ASSERT(nameless || !stays(list, "another", "d1"));
    RC_ASSERT(list.spared.drivers.size() <= 100);
  }));
}

TEST_CASE("an entry is named by its key, or by its position and driver") {
  CHECK(entry_name(resource_kind::volume, entry("", "nas"))
        == "volume 3 of the list (driver \"nas\")");
  CHECK(entry_name(resource_kind::volume, entry("", "")) == "volume 3 of the list");
  CHECK(entry_name(resource_kind::volume, entry("data", "nas")) == "volume \"data\"");
  CHECK(entry_name(resource_kind::container, entry("c\n1", "")) == R"(container "c\x0a1")");
  CHECK(entry_name(resource_kind::volume, entry(std::string(5000, 'x'), "")).size() < 250);
}

TEST_CASE("health has one sentence for all left-out entries and names the first") {
  CHECK(left_out_reason(resource_kind::volume, {}).empty());
  CHECK(left_out_reason(resource_kind::volume, {entry("", "nas")})
        == "1 entry of the daemon's list of volumes can't be understood and is left out; no row is "
           "deleted because of it: volume 3 of the list (driver \"nas\"): its name is x.");
  const auto many = left_out_reason(
      resource_kind::container, {entry("a", ""), entry("b", ""), entry("c", ""), entry("d", "")});
  CHECK(many.find("4 entries of the daemon's list of containers") == 0);
  CHECK(many.find("container \"c\"") != std::string::npos);
  CHECK(many.find("container \"d\"") == std::string::npos);
}
