// What programs that follow the changes of a shared PostgreSQL rely on, and the change of a
// database of version 1.

#include "persistence/schema.hpp"
#include "tests/persistence/history_checks.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cstdint>
#include <memory>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

namespace {

// Three statements: what is committed between two of them must not be stepped over.
constexpr const char* last_drawn =
    "SELECT CASE WHEN is_called THEN last_value ELSE 0 END::text FROM changes_id_seq";
constexpr const char* least_locked =
    "SELECT coalesce(min(((classid::bigint & 65535) << 31) | objid::bigint), "
    "9223372036854775807)::text "
    "FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND classid::bigint >> 16 = 7663 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// A reader that follows the changes by id.
struct follower {
  std::vector<std::string> read(const testbed& on) {
    const auto drawn = std::stoll(on.value(last_drawn));
    const auto locked = std::stoll(on.value(least_locked));
    const auto settled = std::to_string(std::min(drawn, locked));
    std::vector<std::string> names;
    for (const auto& row :
         on.rows("SELECT id::text, name FROM changes WHERE id > " + std::to_string(seen)
                     + " AND id <= " + settled + " ORDER BY id",
                 2)) {
      seen = std::stoll(row[0]);
      names.push_back(row[1]);
    }
    return names;
  }
  std::int64_t seen = 0;
};

constexpr const char* insert_volume_sql =
    "INSERT INTO volumes (host, volume_id, name, driver, mountpoint, labels, options, scope, "
    "updated_at) VALUES ('alpha', 'NAME', 'NAME', 'local', '', '{}', '{}', 'local', now())";

std::string insert_volume_named(const std::string& name) {
  std::string sql = insert_volume_sql;
  for (auto at = sql.find("NAME"); at != std::string::npos; at = sql.find("NAME"))
    sql.replace(at, 4, name);
  return sql;
}

} // namespace

TEST_CASE("a reader by id sees each change once, although one transaction commits late") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  on.apply(batch_of({a_volume("v1")}));
  follower reader;
  CHECK(reader.read(on) == lines{"v1"});
  session first{*parse_url(on.url), session::purpose::write, std::chrono::seconds{10}};
  session second{*parse_url(on.url), session::purpose::write, std::chrono::seconds{10}};
  first.script("BEGIN");
  first.script(insert_volume_named("late"));
  second.script(insert_volume_named("early"));
  CHECK(on.value("SELECT string_agg(name, ' ' ORDER BY id) FROM changes") == "v1 early");
  CHECK(reader.read(on).empty());
  second.script("BEGIN");
  second.script(insert_volume_named("rolled-back"));
  second.script("ROLLBACK");
  first.script("COMMIT");
  CHECK(reader.read(on) == lines{"late", "early"});
  second.script(insert_volume_named("last"));
  CHECK(reader.read(on) == lines{"last"});
  CHECK(reader.read(on).empty());
}

TEST_CASE("a transaction that wrote changes notifies with its host and last id, if asked to") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  history_options how;
  how.notify = true;
  on.writer = std::move(*open_store({.url = on.url, .history = how}));
  on.apply(batch_of({}));
  const std::unique_ptr<PGconn, decltype(&PQfinish)> listener{PQconnectdb(on.url.c_str()),
                                                              &PQfinish};
  REQUIRE(PQstatus(listener.get()) == CONNECTION_OK);
  PQclear(PQexec(listener.get(), "LISTEN volumeviz_events"));
  const auto notified = [&] {
    PQclear(PQexec(listener.get(), "SELECT 1"));
    std::vector<std::string> texts;
    while (auto* next = PQnotifies(listener.get())) {
      texts.emplace_back(next->extra);
      PQfreemem(next);
    }
    return texts;
  };
  on.apply(batch_of(some_volumes(1, 3), {a_container("c1")}));
  CHECK(notified()
        == lines{R"({"host" : "alpha", "id" : )" + on.value("SELECT max(id)::text FROM changes")
                 + '}'});
  on.apply(batch_of(some_volumes(1, 3), {a_container("c1")}));
  CHECK(notified().empty());
}

TEST_CASE("as of a moment, the functions of PostgreSQL show the rows that were there then") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  const auto now = [&] { return on.value("SELECT clock_timestamp()::text"); };
  on.apply(batch_of(some_volumes(1, 3), {a_container("c1", {{"v1", "/a", true}})}));
  const auto first = now();
  const auto first_rows = rows_as_json(on);
  auto second = batch_of({a_volume("v1")}, {a_container("c1", {{"v2", "/a", true}})});
  second.volumes.present[0].driver = "nfs";
  second.volumes.gone = {"v3"};
  on.apply(second);
  const auto second_rows = rows_as_json(on);
  const auto then = now();
  on.run("DELETE FROM hosts");
  CHECK(rows_as_json(on, first) == first_rows);
  CHECK(rows_as_json(on, then) == second_rows);
  CHECK(rows_as_json(on, now()).empty());
  CHECK(rows_as_json(on, "2020-01-01").empty());
}

TEST_CASE("the rows of a database of version 1 are the base of its history") {
  on_both([](testbed& on) {
    session old{*parse_url(on.url), session::purpose::write, std::chrono::seconds{60}};
    old.begin();
    apply_missing_steps(old, 1);
    old.commit();
    const std::string now = on.sqlite() ? "'2024-01-01T00:00:00.000000000Z'" : "now()";
    old.script("INSERT INTO hosts (host, first_seen_at, verified_at) VALUES ('alpha', " + now + ", "
               + now + ")");
    const std::string numbers = on.sqlite() ? "(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT "
                                              "i + 1 FROM n WHERE i < 100000) SELECT i FROM n)"
                                            : "generate_series(1, 100000) AS n(i)";
    old.script("INSERT INTO volumes (host, volume_id, name, driver, mountpoint, labels, options, "
               "scope, updated_at) "
               "SELECT 'alpha', 'v' || i, 'v' || i, 'local', '', '{}', '{}', 'local', "
               + now + " FROM " + numbers);
    const auto began = std::chrono::steady_clock::now();
    CHECK(migrate({on.url, std::chrono::seconds{60}})->from == 1);
    MESSAGE("100,000 rows, ms: ", std::chrono::duration_cast<std::chrono::milliseconds>(
                                      std::chrono::steady_clock::now() - began)
                                      .count());
    CHECK(on.value("SELECT count(*) FROM volume_usage WHERE orphaned_since IS NOT NULL")
          == "100000");
    CHECK(on.value("SELECT count(*) FROM history_hosts WHERE begins_at IS NOT NULL") == "1");
    CHECK(recorded(on).empty());
    on.apply(batch_of({a_volume("v1")}));
    CHECK(recorded(on) == lines{"update volume v1 by reconciliation"});
    CHECK(on.value("SELECT substr("
                   + std::string{on.sqlite() ? "began_at" : "history_time(began_at)"}
                   + ", 1, 10) FROM changes")
          == "1970-01-01");
  });
}
