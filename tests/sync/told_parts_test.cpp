// Told times travel with their keys, in chunks to the hub and in slices to its database.

#include "sync/chunks.hpp"
#include "sync/slices.hpp"
#include "sync/told.hpp"
#include "tests/sync/chunk_bench.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <string>

using namespace volumeviz;
using namespace volumeviz::sync;
using namespace volumeviz::sync::testing;

TEST_CASE("what was told of a key is in its chunk, and what was told of other keys in the last") {
  auto batch = some_batch(100, 100, 20, 100);
  batch.volumes.told.clear();
  for (const auto& x : batch.volumes.present)
    batch.volumes.told.push_back({x.name, 5});
  for (const auto& key : batch.volumes.gone)
    batch.volumes.told.push_back({key, 6});
  batch.volumes.told.push_back({"gone unnamed", 7});
  sort_told(batch.volumes.told);
  const auto parts = cut(std::move(batch), 1000);
  REQUIRE(parts.size() > 10);
  std::size_t unnamed = 0;
  for (const auto& part : parts) {
    const auto& told = part.volumes.told;
    CHECK(part.observed_at == 12);
    CHECK(std::ranges::is_sorted(told, {}, &told_change::key));
    for (const auto& x : part.volumes.present)
      CHECK(find_told(told, x.name) != nullptr);
    for (const auto& key : part.volumes.gone)
      CHECK(find_told(told, key) != nullptr);
    unnamed += told.size() - part.volumes.present.size() - part.volumes.gone.size();
  }
  CHECK(unnamed == 1);
}

TEST_CASE("what was told of a key is in the slice that writes or removes its row") {
  auto batch = some_batch(100, 100, 1, 10);
  batch.containers.complete = true;
  batch.volumes.told = {{"gone0", 4}, {"removed", 5}, {"v7", 6}, {"v99", 7}};
  batch.containers.told = {{"c0", 8}, {"c99", 9}, {"ended", 10}};
  batch.observed_at = 11;
  const auto parts = slices(std::move(batch), 10);
  const auto told_in = [](const change_batch& x) {
    std::map<std::string, timestamp> told;
    for (const auto& y : x.volumes.told)
      told.emplace(y.key, y.at);
    for (const auto& y : x.containers.told)
      told.emplace(y.key, y.at);
    return told;
  };
  CHECK(told_in(parts.front())
        == std::map<std::string, timestamp>{{"ended", 10}, {"gone0", 4}, {"removed", 5}});
  std::map<std::string, timestamp> rest;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    CHECK(parts[i].observed_at == 11);
    for (const auto& [key, at] : told_in(parts[i])) {
      CHECK(rest.emplace(key, at).second);
      const auto has = [&key](const auto& x) { return key_of(x) == key; };
      CHECK((std::ranges::any_of(parts[i].volumes.present, has)
             || std::ranges::any_of(parts[i].containers.present, has)));
    }
  }
  CHECK(rest == std::map<std::string, timestamp>{{"c0", 8}, {"c99", 9}, {"v7", 6}, {"v99", 7}});
}
