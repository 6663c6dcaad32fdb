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

TEST_CASE("the history of a trimmed host begins with what is left of it") {
  on_both([](testbed& on) {
    live(on);
    on.run("DELETE FROM changes WHERE id <= 6; UPDATE history_hosts SET trimmed_id = 6");
    CHECK(check_of(on).lines == lines{});
  });
}
