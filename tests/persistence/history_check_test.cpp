#include "persistence/history_check.hpp"
#include "tests/persistence/testbed.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

history_report check_of(const testbed& on) {
  const auto found = check_history({on.url});
  REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().text));
  return *found;
}

/// Volumes, a container with a mount, changes of each, and a removal.
void live(testbed& on) {
  on.apply(list_of(some_volumes(1, 3)));
  auto c = a_container("c1", {{"v1", "/data", true}, {"v2", "/more", false}});
  on.apply(batch_of({}, {c}));
  c.state = "exited";
  c.mounts.pop_back();
  on.apply(batch_of({}, {c}));
  on.apply(list_of(some_volumes(1, 2)));
}

} // namespace

TEST_CASE("the replayed history gives the rows of today") {
  on_both([](testbed& on) {
    live(on);
    const auto found = check_of(on);
    CHECK(found.lines == lines{});
    CHECK(found.differences == 0);
    CHECK(found.rows == 4);
    CHECK(std::to_string(found.changes) == on.value("SELECT count(*) FROM changes"));
    // What is not in the history is not looked for in it.
    on.run("UPDATE volumes SET in_history = false WHERE volume_id = 'v2'; "
           "UPDATE volumes SET driver = 'other' WHERE volume_id = 'v2'");
    CHECK(check_of(on).lines == lines{});
  });
}

TEST_CASE("a history that lacks a change, or has one too many, differs from the rows") {
  on_both([](testbed& on) {
    live(on);
    const auto lines_after = [&](const std::string& script) {
      on.run(script);
      const auto found = check_of(on);
      CHECK(found.differences > 0);
      return found.lines.empty() ? lines{""} : found.lines;
    };
    const std::string of_container = "kind = 'container' AND operation = 'update'";
    CHECK(lines_after("DELETE FROM changes WHERE " + of_container)
              .front()
              .starts_with("container alpha/c1: "));
    CHECK(check_of(on).lines.front().find("state is \"exited\" and not \"running\"")
          != std::string::npos);
    on.run("DELETE FROM changes WHERE kind = 'container'; UPDATE containers SET updated_at = "
           "'2100-01-01T00:00:00.000000000Z'; DELETE FROM changes WHERE kind = 'container'");
    CHECK(check_of(on).lines
          == lines{"container alpha/c1: is there, but the history does not know it"});
    CHECK(lines_after("DELETE FROM changes WHERE kind = 'volume' AND operation = 'remove'").back()
          == "volume alpha/v3: is not there, but the history has not removed it");
  });
}

// SQLite tells its triggers of a row that REPLACE deletes only if recursive_triggers is on, which
// it is not by default.
TEST_CASE(
    "verify finds a row that another client of SQLite has replaced, and the rows are mended") {
  const support::scratch_folder folder;
  testbed on{"sqlite://" + (folder / "inventory.db")};
  live(on);
  const auto replace = [&](const std::string& name, const std::string& pragma) {
    on.run(
        pragma
        + "INSERT OR REPLACE INTO volumes (host, volume_id, name, driver, mountpoint, "
          "labels, options, scope, updated_at) SELECT host, volume_id, name, 'other', mountpoint, "
          "labels, options, scope, updated_at FROM volumes WHERE volume_id = '"
        + name + "'");
  };
  replace("v1", "PRAGMA recursive_triggers = ON; ");
  CHECK(check_of(on).lines == lines{});
  replace("v2", "PRAGMA recursive_triggers = OFF; ");
  const auto found = check_of(on).lines;
  REQUIRE(found.size() == 1);
  CHECK(found[0].starts_with("volume alpha/v2: change "));
  CHECK(found[0].ends_with(" creates a row that is there already"));
  on.apply(list_of(some_volumes(1, 2)));
  CHECK(on.value("SELECT count(*) FROM volumes WHERE driver = 'local'") == "2");
  CHECK(check_of(on).lines == found); // the history is as it was written
}

TEST_CASE("the history of a trimmed host begins with what is left of it") {
  on_both([](testbed& on) {
    live(on);
    on.run("DELETE FROM changes WHERE id <= 6; UPDATE history_hosts SET trimmed_id = 6");
    CHECK(check_of(on).lines == lines{});
  });
}
