// Statements that share a round trip: parameters, prepared statements, failures.

#include "persistence/postgresql_pipeline.hpp"
#include "tests/persistence/testbed.hpp"

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;

TEST_CASE("named parameters become numbered ones, each name once") {
  const auto x = positional("SELECT :a, :b::text, :a WHERE c = :b_2");
  CHECK(x.sql == "SELECT $1, $2::text, $1 WHERE c = $3");
  CHECK(x.names == std::vector<std::string>{"a", "b", "b_2"});
}

TEST_CASE("colons in literals, quoted names and casts are not parameters") {
  const auto x = positional(R"(SELECT ':a', ":b", 'it''s :c', x::text, ':)");
  CHECK(x.sql == R"(SELECT ':a', ":b", 'it''s :c', x::text, ':)");
  CHECK(x.names.empty());
}

TEST_CASE("statements that the server has forgotten are prepared again") {
  if (!support::postgres_can_run())
    return;
  writing_session node{support::shared_postgres().new_database()};
  CHECK(node.write(batch_of({a_volume("v1")})).changes.size() == 1);
  node.on.execute("DEALLOCATE ALL");
  CHECK(node.write(batch_of({a_volume("v2")})).changes.size() == 1);
  CHECK(node.write(batch_of({a_volume("v3")})).changes.size() == 1);
}

TEST_CASE("a plan that no longer fits its table is replaced") {
  if (!support::postgres_can_run())
    return;
  const auto url = support::shared_postgres().new_database();
  writing_session node{url};
  CHECK(node.write(batch_of({a_volume("v1")})).changes.size() == 1);
  support::shared_postgres().sql(url, "ALTER TABLE volumes ADD COLUMN note text");
  CHECK(node.write(batch_of({a_volume("v2")})).changes.size() == 1);
}

TEST_CASE("a store whose table got another type of column writes again") {
  if (!support::postgres_can_run())
    return;
  const auto url = support::shared_postgres().new_database();
  const auto store = open_store({.url = url});
  REQUIRE(store);
  REQUIRE((*store)->apply({batch_of({a_volume("v1")})}));
  support::shared_postgres().sql(url, "ALTER TABLE volumes ALTER COLUMN host TYPE varchar(300)");
  if (const auto first = (*store)->apply({batch_of({a_volume("v2")})}); !first)
    CHECK(first.error().code == ec::store_unreachable);
  const auto second = (*store)->apply({batch_of({a_volume("v2")})});
  REQUIRE(second);
  CHECK((*store)->apply({batch_of({a_volume("v3")})})->front().changes.size() == 1);
}

TEST_CASE("queued statements run in order, before the next query") {
  if (!support::postgres_can_run())
    return;
  writing_session node{support::shared_postgres().new_database()};
  std::vector<std::string> seen;
  const auto note = [&](std::vector<text_row>&& rows) { seen.push_back(rows.at(0).at(0)); };
  node.on.execute("CREATE TEMP TABLE t (x text)");
  node.on.queue({.sql = "INSERT INTO t VALUES (:x) RETURNING x || '!'",
                 .values = {{"x", "one"}},
                 .columns = 1,
                 .answered = note});
  node.on.queue({.sql = "SELECT count(*)::text FROM t", .columns = 1, .answered = note});
  CHECK(seen.empty());
  CHECK(node.on.query("SELECT x FROM t", {}, 1).at(0).at(0) == "one");
  CHECK(seen == std::vector<std::string>{"one!", "1"});
}

TEST_CASE("after a queued statement that fails none is run, and the connection works") {
  if (!support::postgres_can_run())
    return;
  writing_session node{support::shared_postgres().new_database()};
  node.on.execute("CREATE TEMP TABLE t (x integer)");
  node.on.begin();
  node.on.queue({.sql = "INSERT INTO t VALUES (1)"});
  node.on.queue({.sql = "INSERT INTO t VALUES (1 / :x::integer)", .values = {{"x", "0"}}});
  node.on.queue({.sql = "INSERT INTO t VALUES (2)"});
  CHECK_THROWS_AS(node.on.commit(), sql_error);
  node.on.rollback();
  CHECK(node.on.query("SELECT count(*)::text FROM t", {}, 1).at(0).at(0) == "0");
  CHECK(node.write(batch_of({a_volume("v1")})).changes.size() == 1);
}
