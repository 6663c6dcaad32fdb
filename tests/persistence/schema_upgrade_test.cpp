// What happens to those who use a database while its schema is brought to a newer version.
#include "persistence/history_check.hpp"
#include "persistence/schema.hpp"
#include "tests/persistence/history_checks.hpp"
#include "tests/support/eventually.hpp"

#include <atomic>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

/// A connection of a node of version 1: it has checked the schema when it connected, and knows
/// nothing of the history.
class old_node {
public:
  explicit old_node(const testbed& on)
      : on_{*parse_url(on.url), session::purpose::write, std::chrono::seconds{10}},
        now_{on.sqlite() ? "strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now')" : "clock_timestamp()"} {}

  void create_schema() {
    on_.begin();
    apply_missing_steps(on_, 1);
    on_.commit();
    on_.script("INSERT INTO hosts (host, first_seen_at, verified_at) VALUES ('alpha', " + now_
               + ", " + now_ + ")");
  }
  void put(const std::string& volume, const std::string& driver) {
    on_.script("INSERT INTO volumes (host, volume_id, name, driver, mountpoint, labels, options, "
               "scope, updated_at) VALUES ('alpha', '"
               + volume + "', '" + volume + "', '" + driver + "', '', '{}', '{}', 'local', " + now_
               + ") ON CONFLICT (host, volume_id) DO UPDATE SET driver = excluded.driver, "
                 "updated_at = excluded.updated_at");
  }
  session& connection() { return on_; }

private:
  session on_;
  std::string now_;
};

lines verified(const testbed& on) {
  const auto found = check_history({on.url});
  REQUIRE_MESSAGE(found.has_value(), (found ? "" : found.error().text));
  return found->lines;
}

} // namespace

TEST_CASE("a node of version 1 that is connected writes on while the schema is migrated, and its "
          "changes are recorded") {
  on_both([](testbed& on) {
    old_node old{on};
    old.create_schema();
    std::atomic<int> written{0};
    std::atomic<bool> ends{false};
    std::string trouble;
    std::thread writer{[&] {
      try {
        for (int i = 0; !ends; ++i) {
          old.put("v" + std::to_string(i % 50), i % 3 == 0 ? "local" : "nfs");
          ++written;
        }
      } catch (const std::exception& e) {
        trouble = e.what();
      }
    }};
    const auto further = [&](int count) {
      const int from = written;
      CHECK(support::eventually([&] { return written >= from + count; }));
    };
    further(60);
    migration_start told;
    const auto done = migrate({on.url}, [&](const migration_start& x) { told = x; });
    REQUIRE_MESSAGE(done.has_value(), (done ? "" : done.error().text));
    further(60);
    ends = true;
    writer.join();
    CHECK(trouble == "");
    CHECK(told.from == 1);
    CHECK(told.to == program_schema_version());
    CHECK(told.volumes == 50);
    CHECK(on.value("SELECT count(*) FROM changes WHERE source <> 'client'") == "0");
    CHECK(std::stoi(on.value("SELECT count(*) FROM changes")) >= 30);
    CHECK(verified(on) == lines{});
    // A node of this version takes over.
    on.apply(list_of(some_volumes(0, 49)));
    CHECK(verified(on) == lines{});
  });
}

TEST_CASE("a history begins after the writes that its migration has waited for") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  old_node old{on};
  old.create_schema();
  old.put("v1", "local");
  old.connection().script("BEGIN");
  old.put("v1", "nfs");
  std::thread migrator{[&] { CHECK(migrate({on.url})); }};
  CHECK(support::eventually([&] {
    return on.value("SELECT count(*)::text FROM pg_locks WHERE NOT granted AND relation = "
                    "'volumes'::regclass")
           == "1";
  }));
  old.put("v2", "local");
  old.connection().script("COMMIT");
  migrator.join();
  CHECK(verified(on) == lines{});
  CHECK(on.value("SELECT count(*) FROM volumes v JOIN history_hosts h USING (host) WHERE "
                 "v.updated_at > h.begins_at")
        == "0");
}

TEST_CASE(
    "an old schema is brought up to date beyond the limit of a call, which then holds again") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  old_node old{on};
  old.create_schema();
  // A disk that is slow, or very many rows: about forty statements, each longer than usual.
  on.run("CREATE FUNCTION slow() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM "
         "pg_sleep(0.06); END $$");
  on.run("CREATE EVENT TRIGGER slow ON ddl_command_end EXECUTE FUNCTION slow()");
  const std::chrono::seconds limit{1};
  const auto began = std::chrono::steady_clock::now();
  const auto store = std::move(*open_store({.url = on.url, .call_limit = limit}));
  const auto written = store->apply({batch_of({a_volume("v1")})});
  REQUIRE_MESSAGE(written.has_value(), (written ? "" : written.error().text));
  CHECK(std::chrono::steady_clock::now() - began > limit);
  CHECK(recorded(on) == lines{"create volume v1 by reconciliation"});
  old.connection().script("BEGIN; LOCK TABLE volumes");
  CHECK_FALSE(store->apply({batch_of({a_volume("v2")})}));
  old.connection().script("ROLLBACK");
}
