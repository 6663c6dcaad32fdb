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

/// Its next transaction is not the first one, which also creates the tables.
void notified_store(testbed& on, bool notify) {
  history_options how;
  how.notify = notify;
  on.writer = std::move(*open_store({.url = on.url, .history = how}));
  on.apply(batch_of({}));
}

/// LISTEN on a connection of its own.
class listener {
public:
  explicit listener(const std::string& url) : on_{PQconnectdb(url.c_str()), &PQfinish} {
    REQUIRE(PQstatus(on_.get()) == CONNECTION_OK);
    PQclear(PQexec(on_.get(), "LISTEN volumeviz_events"));
  }

  /// What has come since the last call, in its order: the answer to a statement comes after the
  /// notifications of all transactions that ended before it.
  lines heard() {
    PQclear(PQexec(on_.get(), "SELECT 1"));
    lines texts;
    while (auto* next = PQnotifies(on_.get())) {
      texts.emplace_back(next->extra);
      PQfreemem(next);
    }
    return texts;
  }

private:
  std::unique_ptr<PGconn, decltype(&PQfinish)> on_;
};

std::string last_id(const testbed& on, const std::string& host) {
  return on.value("SELECT coalesce(max(id)::text, '') FROM changes WHERE host = '" + host + "'");
}

std::string told(const std::string& host, const std::string& id) {
  return R"({"host" : ")" + host + R"(", "id" : )" + id + '}';
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
  notified_store(on, true);
  listener channel{on.url};
  on.apply(batch_of(some_volumes(1, 3), {a_container("c1")}));
  CHECK(channel.heard() == lines{told("alpha", last_id(on, "alpha"))});
  on.apply(batch_of(some_volumes(1, 3), {a_container("c1")}));
  CHECK(channel.heard().empty());
}

TEST_CASE("each transaction notifies once for each host that it changed, and for no other") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  notified_store(on, true);
  listener channel{on.url};
  auto beta = batch_of(some_volumes(1, 2));
  beta.host = "beta";
  on.apply({batch_of(some_volumes(1, 3)), beta});
  const auto first = last_id(on, "alpha");
  CHECK(channel.heard() == lines{told("alpha", first), told("beta", last_id(on, "beta"))});

  // Three transactions, heard together; the second changes only alpha, although beta is in it.
  on.apply(batch_of({a_volume("v4")}));
  const auto second = last_id(on, "alpha");
  on.apply({batch_of({a_volume("v5"), a_volume("v6")}), beta});
  const auto third = last_id(on, "alpha");
  beta.volumes.present.clear();
  beta.volumes.gone = {"v1"};
  on.apply(beta);
  CHECK(channel.heard()
        == lines{told("alpha", second), told("alpha", third), told("beta", last_id(on, "beta"))});
}

TEST_CASE("without DATABASE_NOTIFY a transaction that wrote changes notifies nobody") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  notified_store(on, false);
  listener channel{on.url};
  on.apply(batch_of(some_volumes(1, 3)));
  CHECK(last_id(on, "alpha") != "");
  CHECK(channel.heard().empty());
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
