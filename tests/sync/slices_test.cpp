#include "sync/answers.hpp"
#include "sync/fair_group.hpp"
#include "sync/slices.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>

using namespace volumeviz;
using namespace volumeviz::sync;

namespace {

change_batch list_of(std::size_t volumes, std::size_t containers, bool complete) {
  change_batch batch;
  batch.host = "h";
  for (std::size_t i = 0; i < volumes; ++i)
    batch.volumes.present.emplace_back().name = "v" + std::to_string(i);
  for (std::size_t i = 0; i < containers; ++i) {
    auto& x = batch.containers.present.emplace_back();
    x.id = "c" + std::to_string(i);
    x.mounts.push_back({.volume = "v0", .path = "/data"});
  }
  batch.volumes.gone = {"old"};
  batch.volumes.complete = complete && volumes > 0;
  batch.containers.complete = complete && containers > 0;
  batch.facts.engine_id = "e";
  return batch;
}

write_summary big_summary(std::size_t changes) {
  write_summary x;
  for (std::size_t i = 0; i < changes; ++i)
    x.changes.push_back({row_kind::volume,
                         i % 2 ? operation::update : operation::create,
                         "v" + std::to_string(i),
                         {}});
  return x;
}

} // namespace

TEST_CASE("a small batch is not sliced") {
  auto batch = list_of(10, 5, true);
  const auto parts = slices(change_batch{batch}, 20);
  REQUIRE(parts.size() == 1);
  CHECK(parts[0] == batch);
}

TEST_CASE("the first slice of a complete list decides what is gone, before anything is written") {
  const auto parts = slices(list_of(100, 0, true), 10);
  REQUIRE(parts.size() == 11);
  CHECK(parts[0].volumes.complete);
  CHECK(parts[0].volumes.present.empty());
  CHECK(parts[0].volumes.also_present.size() == 100);
  CHECK(parts[0].volumes.gone == std::vector<std::string>{"old"});
  for (std::size_t i = 1; i < parts.size(); ++i) {
    CHECK_FALSE(parts[i].volumes.complete);
    CHECK(parts[i].facts.engine_id.empty() == (i + 1 < parts.size()));
  }
}

TEST_CASE("the slice that removes rows knows which rows the list spares") {
  auto batch = list_of(100, 100, true);
  batch.volumes.spared = {.drivers = {"nas"}, .all = false, .others = true, .known = {"local"}};
  batch.containers.spared = {.drivers = {}, .all = true};
  for (const auto& part : slices(std::move(batch), 10)) {
    CHECK((!part.volumes.complete || spares(part.volumes.spared, "ebs")));
    CHECK((!part.volumes.complete || part.volumes.spared.drivers.size() == 1));
    CHECK((!part.containers.complete || part.containers.spared.all));
  }
}

TEST_CASE("the last slice of containers reports what the whole list leaves open") {
  const auto parts = slices(list_of(0, 100, true), 10);
  CHECK(parts.back().containers.complete);
  CHECK(parts.back().containers.also_present.size() == 100);
  CHECK(parts.front().containers.complete);
}

TEST_CASE("a batch that is not complete never becomes a complete one") {
  for (const auto& part : slices(list_of(100, 100, false), 10)) {
    CHECK_FALSE(part.volumes.complete);
    CHECK_FALSE(part.containers.complete);
  }
}

TEST_CASE("slices hold every resource once, and no more rows than the limit") {
  CHECK(rc::check([] {
    const auto volumes = *rc::gen::inRange<std::size_t>(0, 60);
    const auto containers = *rc::gen::inRange<std::size_t>(0, 60);
    const auto most = *rc::gen::inRange<std::size_t>(2, 30);
    const auto parts = slices(list_of(volumes, containers, *rc::gen::arbitrary<bool>()), most);
    std::size_t seen_volumes = 0, seen_containers = 0, gone = 0;
    for (const auto& part : parts) {
      RC_ASSERT(part.host == "h");
      const auto compared =
          (part.volumes.complete ? 100U : 0U) + (part.containers.complete ? 100U : 0U);
      const auto looked_up = compared + part.volumes.also_present.size() / 16
                             + part.containers.also_present.size() / 16;
      RC_ASSERT(rows_of(part) <= (parts.size() == 1 ? 2 * most : most) + looked_up);
      seen_volumes += part.volumes.present.size();
      seen_containers += part.containers.present.size();
      gone += part.volumes.gone.size();
    }
    RC_ASSERT(seen_volumes == volumes);
    RC_ASSERT(seen_containers == containers);
    RC_ASSERT(gone == 1U);
    RC_ASSERT(parts.back().facts.engine_id == "e");
  }));
}

TEST_CASE("a slice holds no more bytes than rows of 4 KiB each") {
  auto batch = list_of(300, 300, true);
  for (auto& x : batch.volumes.present)
    x.labels["l"] = std::string(65'536, '\x01');
  for (auto& x : batch.containers.present)
    x.image = std::string(65'536, '\x01');
  const auto parts = slices(std::move(batch), 100);
  std::size_t seen = 0;
  for (const auto& part : parts) {
    CHECK(part.volumes.present.size() + part.containers.present.size() <= 100 / 16);
    seen += part.volumes.present.size() + part.containers.present.size();
  }
  CHECK(seen == 600);
}

TEST_CASE("one resource heavier than a slice is a slice of its own") {
  auto batch = list_of(3, 0, false);
  for (auto& x : batch.volumes.present)
    x.labels["l"] = std::string(1'000'000, 'x');
  const auto parts = slices(std::move(batch), 10);
  REQUIRE(parts.size() == 4); // the last has what is gone
  CHECK(parts[0].volumes.present.size() == 1);
}

TEST_CASE("keys that are only looked up count as rows too") {
  change_batch batch;
  CHECK(rows_of(batch) == 0);
  batch.volumes.also_present.resize(100'000);
  CHECK(rows_of(batch) > 5000);
  batch = {};
  batch.volumes.spared.unverified.resize(100'000);
  CHECK(rows_of(batch) > 5000);
  batch = {};
  batch.containers.told.resize(100'000);
  CHECK(rows_of(batch) > 5000);
  batch = {};
  batch.containers.gone.resize(100'000);
  CHECK(rows_of(batch) == 100'000);
}

TEST_CASE("summaries of slices add up") {
  write_summary all{.changes = {{row_kind::volume, operation::create, "a", {}}},
                    .rejected = {},
                    .needs_inspect = {"c1"},
                    .verified_before = 5,
                    .replaced_text = 1,
                    .statements = 2,
                    .more_changes = {}};
  merge(all, {.changes = {{row_kind::volume, operation::create, "b", {}}},
              .rejected = {{row_kind::volume, "x", "too long"}},
              .taken_anew = true,
              .needs_inspect = {"c1", "c2"},
              .verified_before = 9,
              .replaced_text = 2,
              .statements = 3,
              .more_changes = {}});
  CHECK(all.changes.size() == 2);
  CHECK(all.rejected.size() == 1);
  CHECK(all.needs_inspect == std::vector<std::string>{"c1", "c2"});
  CHECK(all.verified_before == 5);
  CHECK(all.taken_anew);
  CHECK(all.replaced_text == 3);
  CHECK(all.statements == 5);
}

TEST_CASE("a small answer is not changed") {
  auto x = big_summary(100);
  x.needs_inspect = {"c"};
  const auto before = x;
  bound_answer(x);
  CHECK(x == before);
}

TEST_CASE("an answer lists what fits and counts the rest") {
  auto x = big_summary(12'001);
  bound_answer(x);
  CHECK(x.changes.size() == 5000);
  std::map<operation, std::uint64_t> counts;
  for (const auto& y : x.changes)
    ++counts[y.op];
  for (const auto& y : x.more_changes)
    counts[y.op] += y.count;
  CHECK(counts[operation::create] == 6001);
  CHECK(counts[operation::update] == 6000);
}

TEST_CASE("an answer is bounded by its bytes, too") {
  write_summary x;
  for (int i = 0; i < 4000; ++i) {
    x.changes.push_back({row_kind::mount, operation::create, "c", std::string(5000, 'p')});
    x.rejected.push_back({row_kind::volume, std::string(5000, 'k'), std::string(5000, 'r')});
    x.needs_inspect.push_back(std::string(256, 'c'));
  }
  bound_answer(x);
  std::size_t bytes = 0;
  for (const auto& y : x.changes)
    bytes += y.key.size() + y.detail.size();
  for (const auto& y : x.rejected)
    bytes += y.key.size() + y.reason.size();
  for (const auto& y : x.needs_inspect)
    bytes += y.size();
  CHECK(bytes < std::size_t{2} * 1024 * 1024);
  CHECK(x.rejected.size() + x.more_rejected == 4000);
  CHECK(x.needs_inspect.size() + x.more_needs_inspect == 4000);
}

TEST_CASE("a host with many batches leaves room for others in each transaction") {
  std::vector<waiting_batch> all;
  for (int i = 0; i < 500; ++i)
    all.push_back({"flood", 200});
  all.push_back({"b", 1});
  all.push_back({"c", 40});
  const auto group = fair_group(all);
  CHECK(std::ranges::count(group, 500U) == 1);
  CHECK(std::ranges::count(group, 501U) == 1);
  CHECK(group.size() == 5 + 2);
}

TEST_CASE("lists without entries count as rows: a transaction takes few of one host") {
  change_batch nothing;
  nothing.volumes.complete = nothing.containers.complete = true;
  CHECK(rows_of(nothing) == 200);
  std::vector<waiting_batch> all(20, {"flood", rows_of(nothing)});
  all.push_back({"b", 1});
  CHECK(fair_group(all).size() == 5 + 1);
}

TEST_CASE("batches without rows of one host leave room for the others") {
  std::vector<waiting_batch> all(5'000, {"flood", 0});
  all.push_back({"b", 1});
  const auto group = fair_group(all, {.batches = 10'000});
  CHECK(group.size() == 1'000 + 1);
  CHECK(group.back() == 5'000);
}

TEST_CASE("a host that waits alone may fill a transaction") {
  const std::vector<waiting_batch> all(100, {"a", 200});
  CHECK(fair_group(all).size() == 25);
  CHECK(fair_group({{"a", 300'000}, {"a", 1}}) == std::vector<std::size_t>{0});
  CHECK(fair_group({}).empty());
}

TEST_CASE("each host's batches keep their order, and all are written in the end") {
  CHECK(rc::check([] {
    struct item {
      std::string host;
      std::size_t rows, number;
    };
    std::vector<item> all;
    const auto n = *rc::gen::inRange<std::size_t>(1, 60);
    for (std::size_t i = 0; i < n; ++i)
      all.push_back({std::string(1, static_cast<char>(*rc::gen::inRange<int>('a', 'e'))),
                     *rc::gen::inRange<std::size_t>(0, 40), i});
    const group_limits limits{
        .batches = *rc::gen::inRange<std::size_t>(1, 10), .rows = 50, .rows_of_host = 10};
    std::map<std::string, std::size_t> last;
    while (!all.empty()) {
      std::vector<waiting_batch> waiting;
      for (const auto& x : all)
        waiting.push_back({x.host, x.rows});
      const auto group = fair_group(waiting, limits);
      RC_ASSERT(!group.empty());
      RC_ASSERT(group.size() <= limits.batches);
      RC_ASSERT(group.front() == 0U);
      std::size_t rows = 0;
      for (const auto i : group) {
        const auto [known, is_new] = last.try_emplace(all[i].host, all[i].number);
        RC_ASSERT((is_new || known->second < all[i].number));
        known->second = all[i].number;
        rows += all[i].rows;
      }
      RC_ASSERT(group.size() == 1 || rows <= limits.rows);
      for (auto i = group.rbegin(); i != group.rend(); ++i)
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(*i));
    }
  }));
}
