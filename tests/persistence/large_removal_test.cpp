// Deleting very many rows: in several transactions, and in little time.
#include "tests/persistence/testbed.hpp"

#include <algorithm>
#include <chrono>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

/// Applies a batch until it is finished: the rows that went in each transaction.
std::vector<std::size_t> removals(testbed& on, const change_batch& batch) {
  std::vector<std::size_t> counts;
  for (bool unfinished = true; unfinished && counts.size() < 20;) {
    const auto done = on.apply(batch);
    counts.push_back(static_cast<std::size_t>(
        std::ranges::count(done.changes, operation::remove, &row_change::op)));
    unfinished = done.unfinished;
  }
  return counts;
}

/// Volumes 1 to `last`, in transactions that a sanitizer's slow program can write in time.
void apply_volumes(testbed& on, int last) {
  constexpr int at_once = 3'000;
  for (int first = 1; first <= last; first += at_once)
    on.apply(batch_of(some_volumes(first, std::min(first + at_once - 1, last))));
}

} // namespace

TEST_CASE("a list that removes very many rows does so in several transactions, and proves nothing "
          "before the last") {
  on_both([](testbed& on) {
    apply_volumes(on, 11'000);
    auto list = list_of({a_volume("new")});
    list.volumes.confirmed = true;
    list.facts = {"e", "26", noon, noon};
    const auto first = on.apply(list);
    CHECK(first.unfinished);
    CHECK(first.changes.size() == 5000);
    CHECK(on.value("SELECT count(*) FROM volumes") == "6000");
    CHECK(on.value("SELECT count(*) FROM hosts WHERE verified_at IS NOT NULL") == "0");
    CHECK(removals(on, list) == std::vector<std::size_t>{5000, 1000});
    CHECK(on.rows("SELECT volume_id FROM volumes", 1) == std::vector<text_row>{{"new"}});
    CHECK(on.value("SELECT count(*) FROM hosts WHERE verified_at IS NOT NULL") == "1");
  });
}

TEST_CASE("half of very many rows are removed without a confirmation, as half of a few are") {
  on_both([](testbed& on) {
    apply_volumes(on, 12'000);
    CHECK(removals(on, list_of(some_volumes(1, 6000))) == std::vector<std::size_t>{5000, 1000});
  });
}

TEST_CASE("a batch after an unfinished one of the same host is written after it") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 6000)));
    auto list = list_of(std::vector<volume>{});
    list.volumes.confirmed = true;
    const auto later = batch_of({a_volume("v1")});
    auto other = batch_of({a_volume("other")});
    other.host = "beta";
    const auto first = on.apply({list, later, other});
    CHECK(first[0].unfinished);
    CHECK(first[1].unfinished);
    CHECK(first[1].changes.empty());
    CHECK_FALSE(first[2].unfinished);
    CHECK(words(first[2].changes) == lines{"create volume other"});
    const auto second = on.apply({list, later});
    CHECK_FALSE(second[1].unfinished);
    CHECK(on.rows("SELECT volume_id FROM volumes ORDER BY volume_id", 1)
          == std::vector<text_row>{{"other"}, {"v1"}});
  });
}

TEST_CASE("the mounts that go with volumes and containers count as rows") {
  on_both([](testbed& on) {
    std::vector<container> containers;
    for (int i = 0; i < 200; ++i) {
      containers.push_back(a_container("c" + std::to_string(1000 + i)));
      for (int m = 0; m < 40; ++m)
        containers.back().mounts.push_back({"v", "/m" + std::to_string(m), true});
    }
    on.apply(batch_of({}, containers));
    change_batch gone = batch_of({});
    for (const auto& x : containers)
      gone.containers.gone.push_back(x.id);
    const auto counts = removals(on, gone);
    CHECK(counts == std::vector<std::size_t>{121 * 41, 79 * 41});
  });
}

TEST_CASE("keys without a row that are called gone do not keep a batch unfinished") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 3)));
    change_batch gone = batch_of({});
    for (int i = 3; i <= 20'000; ++i)
      gone.volumes.gone.push_back("v" + std::to_string(i));
    CHECK(removals(on, gone) == std::vector<std::size_t>{1});
  });
}

TEST_CASE("very many kept rows are marked in several transactions") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 6000)));
    auto list = list_of(std::vector<volume>{});
    list.volumes.spared = {.all = true, .all_unverified = true};
    CHECK(on.apply(list).unfinished);
    CHECK_FALSE(on.apply(list).unfinished);
    CHECK(on.value("SELECT count(*) FROM volumes WHERE status = 'unverified'") == "6000");
  });
}

TEST_CASE("a preview reports all deletions at once") {
  on_both([](testbed& on) {
    on.apply(batch_of(some_volumes(1, 6000)));
    auto list = list_of(std::vector<volume>{});
    list.volumes.confirmed = true;
    const auto seen = on.preview(list);
    CHECK_FALSE(seen.unfinished);
    CHECK(seen.changes.size() == 6000);
  });
}

TEST_CASE("rows that a list lacks are found wherever they are among very many") {
  on_both([](testbed& on) {
    apply_volumes(on, 21'000);
    auto list = list_of(std::vector<volume>{a_volume("v3")}); // "v9999" is the last
    list.volumes.spared.drivers = {"nas"};
    for (int i = 1; i < 21'000; ++i)
      if (i != 9998 && i != 9999)
        list.volumes.also_present.push_back("v" + std::to_string(i));
    CHECK(words(on.apply(list).changes)
          == lines{"remove volume v21000", "remove volume v9998", "remove volume v9999"});
    list = list_of(std::vector<volume>{});
    CHECK(on.apply(list).refused); // counted over all that it lacks
  });
}

TEST_CASE("very many spared names take little more time than a few") {
  on_both([](testbed& on) {
    apply_volumes(on, 21'000); // more than are read at once
    auto list = list_of(std::vector<volume>{});
    for (int i = 0; i < 20'000; ++i) {
      list.volumes.spared.drivers.push_back("driver-" + std::to_string(i));
      list.volumes.spared.known.push_back("known-" + std::to_string(i));
      list.volumes.spared.unverified.push_back("nobody-" + std::to_string(i));
    }
    list.volumes.spared.drivers.push_back("local");
    const auto began = std::chrono::steady_clock::now();
    const auto done = on.apply(list); // a search through all names for each row takes 20 s
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{6});
    CHECK(done.changes.empty());
    CHECK(done.spared.size() == named_spared_max);
    CHECK(done.spared.size() + done.more_spared == 21'000);
  });
}
