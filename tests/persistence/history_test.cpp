#include "persistence/text.hpp"
#include "tests/persistence/history_checks.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <chrono>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

constexpr timestamp second = 1'000'000'000;

std::string shown(const testbed& on, const std::string& column) {
  return on.sqlite() ? "substr(" + column + ", 1, 26) || 'Z'" : "history_time(" + column + ')';
}

/// As both databases write it.
std::string time_text(timestamp at) {
  return text::iso_time(at, 6);
}

/// at, not_before, source of the last change.
text_row last_times(const testbed& on) {
  return on
      .rows("SELECT " + shown(on, "at") + ", " + shown(on, "not_before")
                + ", source FROM changes ORDER BY id DESC LIMIT 1",
            3)
      .at(0);
}

/// A store that leaves something out of the history, in place of the testbed's own.
void reopen(testbed& on, const history_options& how) {
  on.writer = nullptr;
  on.writer = std::move(*open_store({.url = on.url, .history = how}));
}

history_options excluding(const std::string& rules) {
  history_options how;
  how.excluded = *history_rules::parse(rules);
  return how;
}

} // namespace

TEST_CASE("each change is recorded once, with the columns that differ") {
  on_both([](testbed& on) {
    const auto c1 = a_container("c1", {{"v1", "/a", true}});
    on.apply(batch_of({a_volume("v1")}, {c1}));
    auto changed = a_volume("v1");
    changed.driver = "nfs";
    auto gone = batch_of({changed}, {a_container("c1", {{"v1", "/a", false}})});
    on.apply(gone);
    on.apply(gone); // equal: nothing
    change_batch removed = batch_of({});
    removed.containers.gone = {"c1"};
    removed.volumes.gone = {"v1", "never-there"};
    on.apply(removed);
    CHECK(recorded(on)
          == lines{"create volume v1 by reconciliation", "create container c1 by reconciliation",
                   "create mount v1 c1 /a by reconciliation", "update volume v1 by reconciliation",
                   "update mount v1 c1 /a by reconciliation",
                   "remove mount v1 c1 /a by reconciliation",
                   "remove container c1 by reconciliation", "remove volume v1 by reconciliation"});
    CHECK(history_problem(on) == "");
    const std::string driver = on.sqlite() ? "json_extract(new, '$.driver')" : "new ->> 'driver'";
    CHECK(on.value("SELECT " + driver
                   + " FROM changes WHERE operation = 'update' AND kind = 'volume'")
          == "nfs");
    CHECK(on.rows("SELECT name, image FROM changes WHERE kind = 'mount'", 2)
          == std::vector<text_row>(3, {"name of c1", "busybox"}));
  });
}

TEST_CASE("changes by cascades and by other clients are recorded, too") {
  on_both([](testbed& on) {
    on.apply(batch_of({a_volume("v1"), a_volume("v2")}, {a_container("c1", {{"v1", "/a", true}}),
                                                         a_container("c2", {{"v2", "/b", true}})}));
    on.run("DELETE FROM containers WHERE container_id = 'c1'");
    on.run("UPDATE volumes SET volume_id = 'v3', name = 'v3' WHERE volume_id = 'v1'");
    on.run("UPDATE volumes SET driver = driver");
    auto seen = recorded(on);
    seen.erase(seen.begin(), seen.begin() + 6); // the first inventory
    std::ranges::sort(seen);
    CHECK(seen
          == lines{"create volume v3 by client", "remove container c1 by client",
                   "remove mount v1 c1 /a by client", "remove volume v1 by client"});
    CHECK(on.value("SELECT name FROM changes WHERE kind = 'mount' AND operation = 'remove'")
          == "name of c1");
    on.run("DELETE FROM hosts");
    CHECK(recorded(on).size() == 6 + 8);
    CHECK(history_problem(on) == "");
    CHECK(on.value("SELECT count(*) FROM volume_usage") == "0");
  });
}

TEST_CASE("a change has the time of its event, or lies between two lists") {
  on_both([](testbed& on) {
    auto first = batch_of({a_volume("v1")});
    first.observed_at = noon;
    first.facts = {"e", "26", noon, noon - second};
    on.apply(first);
    CHECK(last_times(on) == text_row{time_text(noon), "", "reconciliation"});

    auto listed = batch_of({a_volume("v1"), a_volume("v2")});
    listed.observed_at = noon + 10 * second;
    listed.facts = {"e", "26", noon + 10 * second, noon + 9 * second};
    on.apply(listed);
    CHECK(last_times(on)
          == text_row{time_text(noon + 10 * second), time_text(noon - second), "reconciliation"});

    auto told = batch_of({a_volume("v3")}, {a_container("c1", {{"v3", "/a", true}})});
    told.observed_at = noon + 30 * second;
    told.volumes.told = {{"v3", noon + 20 * second}};
    told.containers.told = {{"c1", noon + 21 * second}};
    on.apply(told);
    CHECK(last_times(on)
          == text_row{time_text(noon + 21 * second), time_text(noon + 21 * second), "event"});

    on.run("DELETE FROM volumes WHERE volume_id = 'v3'");
    CHECK(last_times(on)[2] == "client");
    CHECK(on.value("SELECT " + shown(on, "begins_at") + " FROM history_hosts") == time_text(noon));
  });
}

TEST_CASE("versions of a row never overlap, although an event's time lies before the last change") {
  on_both([](testbed& on) {
    auto first = batch_of({a_volume("v1")});
    first.observed_at = noon;
    on.apply(first);
    auto second_batch = batch_of({a_volume("v1")});
    second_batch.volumes.present[0].driver = "nfs";
    second_batch.volumes.told = {{"v1", noon - 5 * second}};
    on.apply(second_batch);
    CHECK(last_times(on) == text_row{time_text(noon), time_text(noon), "event"});
    CHECK(history_problem(on) == "");
  });
}

TEST_CASE(
    "a row that an exclusion matches is written but not recorded, and comes and goes with it") {
  on_both([](testbed& on) {
    const auto batch = [] {
      return batch_of({a_volume("v1"), a_volume("ci-cache")},
                      {a_container("c1", {{"v1", "/a", true}, {"ci-cache", "/b", true}}),
                       a_container("runner-7", {{"v1", "/a", true}})});
    };
    reopen(on, excluding("container.name=name of runner-*, volume.name=ci-*"));
    on.apply(batch());
    CHECK(recorded(on)
          == lines{"create volume v1 by reconciliation", "create container c1 by reconciliation",
                   "create mount v1 c1 /a by reconciliation"});
    CHECK(on.contents().size() == 1 + 2 + 2 + 3);
    CHECK(on.preview(batch()).changes.empty());
    reopen(on, {});
    on.apply(batch());
    CHECK(recorded(on).size() == 3 + 4);
    CHECK(history_problem(on) == "");
    reopen(on, excluding("volume.label=project=sh?p,container.image=busy*"));
    on.apply(batch());
    CHECK(recorded(on).size() == 3 + 4 + 7);
    CHECK(history_problem(on) == "");
    CHECK(on.contents().size() == 1 + 2 + 2 + 3);
  });
}

TEST_CASE("a history begins with the last list of the first inventory") {
  on_both([](testbed& on) {
    const auto begins = [&] {
      return on.value("SELECT " + shown(on, "begins_at") + " FROM history_hosts");
    };
    auto volumes = batch_of({a_volume("v1")});
    volumes.observed_at = noon;
    on.apply(volumes);
    CHECK(begins() == time_text(noon));
    auto containers = batch_of({}, {a_container("c1", {{"v1", "/a", true}})});
    containers.observed_at = noon + second;
    on.apply(containers);
    CHECK(begins() == time_text(noon + second));
    auto told = batch_of({a_volume("v2")});
    told.observed_at = noon + 3 * second;
    told.volumes.told = {{"v2", noon + 2 * second}};
    told.facts.last_seen_at = told.facts.verified_at = noon + second;
    on.apply(told);
    auto later = batch_of({a_volume("v3")});
    later.observed_at = noon + 4 * second;
    on.apply(later);
    CHECK(begins() == time_text(noon + second));
  });
}

TEST_CASE("the history of an empty host begins when the host was seen first") {
  on_both([](testbed& on) {
    on.apply(batch_of({}));
    const auto seen = on.value("SELECT " + shown(on, "first_seen_at") + " FROM hosts");
    auto told = batch_of({a_volume("v1")});
    told.volumes.told = {{"v1", noon + 1'000'000'000 * second}};
    on.apply(told);
    CHECK(on.value("SELECT " + shown(on, "begins_at") + " FROM history_hosts") == seen);
  });
}

TEST_CASE("without a history nothing is recorded, and it begins after the last change") {
  on_both([](testbed& on) {
    reopen(on, {.retention = std::chrono::seconds{0}});
    auto batch = batch_of({a_volume("v1")}, {a_container("c1", {{"v1", "/a", true}})});
    batch.observed_at = noon;
    on.apply(batch);
    CHECK(recorded(on).empty());
    CHECK(on.value("SELECT " + shown(on, "begins_at") + " FROM history_hosts") == time_text(noon));
    batch.containers.present[0].state = "exited";
    batch.observed_at = noon + second;
    on.apply(batch);
    CHECK(on.value("SELECT " + shown(on, "begins_at") + " FROM history_hosts")
          == time_text(noon + second));
    CHECK(on.value("SELECT container_name FROM volume_usage") == "name of c1");
  });
}

TEST_CASE("trimming deletes the oldest changes and moves the beginning of the history") {
  on_both([](testbed& on) {
    reopen(on, {.most_changes = 1'000});
    for (int i = 0; i < 3; ++i) {
      auto batch = batch_of(some_volumes(i * 1000, i * 1000 + 999));
      batch.observed_at = noon + i * second;
      batch.facts.last_seen_at = batch.facts.verified_at = noon;
      on.apply(batch);
    }
    std::uint64_t trimmed = 0, steps = 0;
    for (bool more = true; more; ++steps) {
      const auto step = on.writer->trim_history("alpha");
      REQUIRE(step);
      CHECK(step->changes <= 500);
      trimmed += step->changes;
      more = step->more;
    }
    CHECK(trimmed == 2000);
    CHECK(steps == 5);
    CHECK(on.value("SELECT count(*) FROM changes") == "1000");
    CHECK(on.value("SELECT min(name) FROM changes") == "v2000");
    CHECK(on.value("SELECT " + shown(on, "begins_at") + " FROM history_hosts")
          == time_text(noon + second));
    CHECK(
        on.value(
            "SELECT trimmed_id FROM history_hosts WHERE trimmed_id < (SELECT min(id) FROM changes)")
        != "0");
    CHECK(on.value("SELECT count(*) FROM volumes") == "3000");

    on.run(on.sqlite() ? "UPDATE changes SET recorded_at = '2020-01-01T00:00:00.000000000Z' WHERE "
                         "name < 'v2100'"
                       : "UPDATE changes SET recorded_at = '2020-01-01' WHERE name < 'v2100'");
    CHECK(on.writer->trim_history("alpha")->changes == 100);
    CHECK(on.writer->trim_history("alpha")->changes == 0);
    CHECK_FALSE(on.writer->trim_history("another")); // it has no lock
    reopen(on, {.retention = std::chrono::seconds{0}});
    on.apply(batch_of({a_volume("v0")}));
    CHECK(on.writer->trim_history("alpha")->changes == 500);
  });
}
