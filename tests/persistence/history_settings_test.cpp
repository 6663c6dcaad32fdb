// The history after its settings were changed, or its database was restored: `history verify` finds
// nothing that is not so, and the past is never a wrong one.
#include "persistence/history_check.hpp"
#include "persistence/schema.hpp"
#include "tests/persistence/random_batch.hpp"
#include "tests/persistence/testbed.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <random>
#include <tuple>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr timestamp second = nanos_per_second;

const history_options off{.retention = std::chrono::seconds{0}};

/// A node that was started again with other settings.
void restart(testbed& on, const history_options& how) {
  on.writer = nullptr;
  on.writer = std::move(*open_store({.url = on.url, .history = how}));
}

lines verified(const testbed& on) {
  const auto found = check_history({on.url});
  REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().text));
  return found->lines;
}

history_options random_settings(std::mt19937& random) {
  history_options how;
  switch (random() % 5) {
  case 0:
    return off;
  case 1:
    how.excluded = *history_rules::parse("volume.name=v1,container.name=name of c2");
    break;
  case 2:
    how.excluded = *history_rules::parse("volume.label=turn=1");
    break;
  case 3:
    how.most_changes = 20;
    break;
  default:
    break;
  }
  return how;
}

/// The rows that belong to the history now, as testbed::contents_at() writes them.
lines recorded_rows(const testbed& on) {
  lines excluded;
  for (const auto& row :
       on.rows("SELECT 'volume | ' || host || ' | ' || volume_id || ' | ' FROM volumes WHERE NOT "
               "in_history UNION ALL SELECT 'container | ' || host || ' | ' || container_id || ' | "
               "' FROM containers WHERE NOT in_history UNION ALL SELECT 'mount | ' || host || ' | "
               "' || volume_id || ' | ' || container_id || ' | ' || mount_path || ' | ' FROM "
               "volume_mounts WHERE NOT in_history",
               1))
    excluded.push_back(row[0]);
  lines rows;
  for (const auto& line : on.contents())
    if (!line.starts_with("host | ")
        && std::ranges::none_of(excluded, [&](const auto& x) { return line.starts_with(x); }))
      rows.push_back(line);
  return rows;
}

} // namespace

TEST_CASE("whatever settings the history had, verify finds nothing and the past is right") {
  on_both([](testbed& on) {
    const auto seed = std::random_device{}();
    CAPTURE(seed);
    std::mt19937 random{seed};
    std::vector<std::pair<timestamp, lines>> moments;
    auto now = noon;
    for (int i = 0; i < 60; ++i) {
      if (random() % 4 == 0)
        restart(on, random_settings(random));
      now += second << (random() % 16);
      auto batch = random_batch(random);
      batch.observed_at = now;
      batch.facts = {"engine", "26", now, now};
      on.apply(batch);
      // A node may end before it has trimmed anything, or everything.
      for (auto steps = random() % 3; steps > 0; --steps)
        for (const auto* host : {"alpha", "beta"})
          std::ignore = on.writer->trim_history(host); // fails where it has not written
      CAPTURE(i);
      CHECK(verified(on) == lines{});
      moments.emplace_back(now, recorded_rows(on));
    }
    const auto bounds = on.past->bounds();
    REQUIRE(bounds);
    moments.emplace_back(now + 3600 * second, moments.back().second);
    for (std::size_t i = 0; i + 1 < moments.size(); ++i) {
      const auto& [from, rows] = moments[i];
      if (text::iso_time(from, on.sqlite() ? 9 : 6) < bounds->begins_at)
        continue;
      CAPTURE(text::iso_time(from));
      CHECK(on.contents_at(from) == rows);
      CHECK(on.contents_at(moments[i + 1].first - 1'000) == rows);
    }
  });
}

TEST_CASE("a history that was off for a time begins anew, and a reader of it learns of the gap") {
  on_both([](testbed& on) {
    on.apply(list_of(some_volumes(1, 3)));
    const auto before = on.past->bounds("alpha");
    REQUIRE(before);
    restart(on, off);
    on.apply(list_of(some_volumes(2, 4)));
    // The node ends before it has trimmed anything.
    restart(on, {});
    CHECK(verified(on) == lines{});
    on.apply(list_of(some_volumes(3, 4)));
    CHECK(verified(on) == lines{});
    CHECK(on.past->bounds("alpha")->trimmed > before->newest);
    REQUIRE(on.writer->trim_history("alpha"));
    CHECK(on.value("SELECT count(*) FROM changes") == "1");
    CHECK(on.value("SELECT volume_id FROM changes") == "v2");
  });
}

TEST_CASE("new rules of HISTORY_EXCLUDE are not as old as the events that are read once more") {
  on_both([](testbed& on) {
    const auto apply = [&](timestamp event, timestamp answer, const std::string& name) {
      auto batch = batch_of({a_volume("v1")}, {a_container("c1", {{"v1", "/data", true}})});
      batch.containers.present[0].name = name;
      batch.observed_at = answer;
      batch.facts = {"engine", "26", answer, answer};
      batch.volumes.told = {{"v1", event}};
      batch.containers.told = {{"c1", event}};
      on.apply(batch);
    };
    apply(noon, noon + second, "web");
    const auto there = on.contents_at(noon + second);
    REQUIRE(there.size() == 3);

    restart(on, {.excluded = *history_rules::parse("volume.name=v1,container.name=w*")});
    apply(noon + 2 * second, noon + 9 * second, "web");
    CHECK(on.contents_at(noon + 8 * second) == there);
    CHECK(on.contents_at(noon + 9 * second) == lines{});
    restart(on, {});
    apply(noon + 3 * second, noon + 19 * second, "web");
    CHECK(on.contents_at(noon + 18 * second) == lines{});
    CHECK(on.contents_at(noon + 19 * second) == there);

    // A name that a rule means is an event.
    restart(on, {.excluded = *history_rules::parse("container.name=hidden")});
    apply(noon + 22 * second, noon + 29 * second, "hidden");
    CHECK(on.contents_at(noon + 21 * second) == there);
    CHECK(on.contents_at(noon + 22 * second).size() == 1);
    CHECK(verified(on) == lines{});
  });
}

TEST_CASE("a first inventory without a history is the base of the history that begins later") {
  on_both([](testbed& on) {
    restart(on, off);
    auto first = list_of(some_volumes(1, 3));
    first.observed_at = noon; // before the rows are written
    first.facts = {"engine", "26", noon, noon};
    on.apply(first);
    CHECK(verified(on) == lines{});
    restart(on, {});
    auto later = list_of(some_volumes(2, 3));
    later.observed_at = noon + second;
    on.apply(later);
    CHECK(verified(on) == lines{});
    CHECK(on.contents_at(noon).size() == 3);
  });
}

TEST_CASE("without a history, a batch that changes nothing writes nothing") {
  on_both([](testbed& on) {
    restart(on, off);
    on.apply(list_of(some_volumes(1, 3)));
    const auto newest = on.past->bounds("alpha")->newest;
    const auto version = [&] {
      return on.value(on.sqlite() ? "PRAGMA data_version" : "SELECT xmin::text FROM history_hosts");
    };
    const auto seen = version();
    on.apply(list_of(some_volumes(1, 3)));
    CHECK(version() == seen);
    on.apply(list_of(some_volumes(1, 2)));
    on.apply(list_of(some_volumes(1, 1)));
    CHECK(on.past->bounds("alpha")->newest == newest); // an id for each gap, not for each change
  });
}
