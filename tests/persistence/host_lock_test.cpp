// One writer per host: only the store that holds a host's lock writes the host's rows.

#include "tests/persistence/testbed.hpp"
#include "tests/support/eventually.hpp"

#include <algorithm>
#include <csignal>
#include <thread>

using namespace volumeviz;
using namespace volumeviz::persistence;
using namespace volumeviz::persistence::testing;
using namespace std::chrono_literals;
using support::eventually;

namespace {

change_batch batch_for(const std::string& host, std::vector<volume> volumes) {
  auto batch = batch_of(std::move(volumes));
  batch.host = host;
  return batch;
}

/// True when the batch was written.
bool writes(testbed& on, const std::string& host, const std::string& volume) {
  const auto written = on.writer->apply({batch_for(host, {a_volume(volume)})});
  return written && !written->front().locked_out;
}

std::string without_alpha(const testbed& on) {
  const auto all = on.writer->locked_out();
  const auto found = all.find("alpha");
  return found == all.end() ? "alpha is not locked out" : found->second;
}

/// Sessions of the program that hold a host's lock in this database.
constexpr const char* lock_holders =
    "SELECT l.pid::text FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE l.locktype = "
    "'advisory' AND a.datname = current_database() AND a.application_name = 'volumeviz-events'";

void terminate(const testbed& on) {
  on.rows("SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = "
          "current_database() AND application_name = 'volumeviz-events' AND pid <> "
          "pg_backend_pid()",
          1);
}

} // namespace

TEST_CASE("a host's rows have one writer, and other hosts go on") {
  on_both([](testbed& first) {
    first.apply(batch_for("alpha", {a_volume("v1")}));
    testbed second{first.url};
    const auto summaries =
        second.apply({batch_for("alpha", {a_volume("v2")}), batch_for("beta", {a_volume("v2")}),
                      batch_for("alpha", {a_volume("v3")})});
    for (const auto i : {0, 2}) {
      CHECK(summaries.at(static_cast<std::size_t>(i)).locked_out);
      CHECK(summaries.at(static_cast<std::size_t>(i)).changes.empty());
    }
    CHECK_FALSE(summaries.at(1).locked_out);
    CHECK(words(summaries.at(1).changes) == lines{"create volume v2"});
    CHECK(second.writer->locked_out().size() == 1);
    CHECK(second.writer->locked_out().contains("alpha"));
    CHECK(first.writer->locked_out().empty());
    CHECK(first.apply(batch_for("beta", {a_volume("v4")})).locked_out);
    CHECK(first.rows("SELECT host || '/' || volume_id FROM volumes ORDER BY 1", 1)
          == std::vector<text_row>{{"alpha/v1"}, {"beta/v2"}});
  });
}

TEST_CASE("a batch that is locked out neither creates the host's row nor removes a row") {
  on_both([](testbed& first) {
    first.apply(batch_of(some_volumes(1, 3), {a_container("c1", {{"v1", "/a", true}})}));
    const auto before = first.contents(true);
    testbed second{first.url};
    auto empty = list_of(std::vector<volume>{});
    empty.containers.complete = true;
    empty.volumes.confirmed = empty.containers.confirmed = true;
    empty.facts = {"other", "99", noon, noon};
    CHECK(second.apply(empty).locked_out);
    CHECK(first.contents(true) == before);
    CHECK_FALSE(second.preview(empty).locked_out); // a preview needs no lock
    CHECK(second.preview(empty).changes.size() == 5);
    CHECK(first.contents(true) == before);
  });
}

TEST_CASE("another store can take a lock that was given back, and learns that it should list "
          "everything") {
  on_both([](testbed& first) {
    first.apply({batch_for("alpha", {a_volume("v1")}), batch_for("beta", {a_volume("v1")})});
    testbed second{first.url};
    CHECK(second.apply(batch_for("alpha", {a_volume("v2")})).locked_out);
    CHECK(first.writer->release("alpha"));
    CHECK(first.writer->release("never-held"));
    const auto taken = second.apply(batch_for("alpha", {a_volume("v2")}));
    CHECK_FALSE(taken.locked_out);
    CHECK(taken.taken_anew);
    CHECK(words(taken.changes) == lines{"create volume v2"});
    CHECK_FALSE(second.apply(batch_for("alpha", {a_volume("v2")})).taken_anew);
    CHECK(second.writer->locked_out().empty());
    CHECK(first.apply(batch_for("alpha", {a_volume("v3")})).locked_out);
    CHECK(second.apply(batch_for("beta", {a_volume("v3")})).locked_out); // its lock was kept
  });
}

TEST_CASE("a store that is destroyed gives its locks back at once") {
  on_both([](testbed& first) {
    for (int i = 0; i < 20; ++i) {
      CHECK_FALSE(first.apply(batch_of({a_volume("v1")})).locked_out);
      first.writer.reset();
      first.writer = std::move(*open_store({first.url}));
    }
  });
}

TEST_CASE("the first lock of a host is not reported as reacquired") {
  on_both([](testbed& on) { CHECK_FALSE(on.apply(batch_of({a_volume("v1")})).taken_anew); });
}

TEST_CASE("a lock that is held costs no statement, and taking one costs one statement") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  const auto batch = batch_of({a_volume("v1")});
  on.apply(batch);
  const auto usual = on.apply(batch).statements;
  CHECK(on.apply(batch).statements == usual);
  CHECK(on.writer->release("alpha"));
  CHECK(on.apply(batch).statements == usual + 1);
}

TEST_CASE("a new connection takes the locks again, and reports that once") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  on.apply(batch_of({a_volume("v1")}));
  terminate(on);
  CHECK_FALSE(on.writer->apply({batch_of({a_volume("v2")})}));
  const auto again = on.apply(batch_of({a_volume("v2")}));
  CHECK_FALSE(again.locked_out);
  CHECK(again.taken_anew); // another writer may have written meanwhile
  CHECK_FALSE(on.apply(batch_of({a_volume("v2")})).taken_anew);

  terminate(on);
  CHECK_FALSE(on.writer->ping());
  CHECK(on.writer->ping()); // gets the lock again, without a batch
  testbed second{on.url};
  CHECK(second.apply(batch_of({a_volume("v3")})).locked_out);
}

TEST_CASE("a batch that is held back does not use up the report of a reacquired lock") {
  on_both([](testbed& first) {
    first.apply(batch_of(some_volumes(1, 20)));
    testbed second{first.url};
    CHECK(second.apply(batch_of({})).locked_out);
    CHECK(first.writer->release("alpha"));
    CHECK(second.apply(list_of(some_volumes(1, 2))).refused);
    CHECK(second.apply(batch_of({})).taken_anew);
  });
}

TEST_CASE("when a writer's session ends another writer takes over, and the first one waits") {
  if (!support::postgres_can_run())
    return;
  testbed first{support::shared_postgres().new_database()};
  CHECK(writes(first, "alpha", "v1"));
  testbed second{first.url};
  CHECK_FALSE(writes(second, "alpha", "v2"));
  CHECK_MESSAGE(without_alpha(second).find("PostgreSQL's process ") == 0, without_alpha(second));
  CHECK_MESSAGE(without_alpha(second).find("127.0.0.1") != std::string::npos,
                without_alpha(second));
  terminate(first); // both, as a restart of the server would
  CHECK_FALSE(second.writer->ping());
  CHECK(eventually([&] { return writes(second, "alpha", "v2"); }));
  CHECK_FALSE(
      first.writer->apply({batch_of({a_volume("v3")})})); // notices that its session has ended
  CHECK(first.writer->ping());
  CHECK(first.writer->locked_out().contains("alpha")); // without having tried to write
  CHECK(first.apply(batch_of({a_volume("v3")})).locked_out);
  CHECK(first.value("SELECT string_agg(volume_id, ' ' ORDER BY volume_id) FROM volumes")
        == "v1 v2");
  CHECK(second.writer->release("alpha"));
  CHECK(first.apply(batch_of({a_volume("v3")})).taken_anew);
}

TEST_CASE("a former connection that the server still considers open is ended before anything is "
          "written") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database(), 3s};
  on.apply(batch_of({a_volume("v1")}));
  const auto frozen = std::stoi(on.value(lock_holders));
  REQUIRE(::kill(frozen, SIGSTOP) == 0);
  CHECK_FALSE(on.writer->ping());
  // The frozen process can't be ended: nothing is written before it has ended.
  const auto refused = on.writer->apply({batch_of({a_volume("v2")})});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ec::store_unreachable);
  CHECK_MESSAGE(refused.error().text.find("former connection") != std::string::npos,
                refused.error().text);
  CHECK(on.writer->locked_out().empty()); // not another node
  {
    // Resumed while the store waits for its end.
    const std::jthread waker{[&] {
      eventually([&] {
        return on.value("SELECT count(*) FROM pg_stat_activity WHERE query LIKE "
                        "'%pg_terminate_backend(pid, 1000)%' AND state = 'active' AND pid <> "
                        "pg_backend_pid()")
               == "1";
      });
      ::kill(frozen, SIGCONT);
    }};
    CHECK(eventually([&] { return writes(on, "alpha", "v2"); }));
  }
  CHECK(on.value("SELECT count(*) FROM volumes") == "2");
}

TEST_CASE("two schemas of one database are two inventories") {
  if (!support::postgres_can_run())
    return;
  testbed one{support::shared_postgres().new_database()};
  one.run("CREATE SCHEMA other");
  testbed other{one.url + "?options=-c%20search_path%3Dother"};
  CHECK_FALSE(one.apply(batch_of({a_volume("v1")})).locked_out);
  CHECK_FALSE(other.apply(batch_of({a_volume("v2")})).locked_out);
  CHECK(one.apply(batch_of({a_volume("v3")})).changes.size() == 1);
  CHECK(other.value("SELECT count(*) FROM volumes") == "1");
}

TEST_CASE("many hosts cost one statement and a lock each") {
  if (!support::postgres_can_run())
    return;
  testbed first{support::shared_postgres().new_database()};
  std::vector<change_batch> batches;
  for (int i = 0; i < 500; ++i)
    batches.push_back(batch_for("host-" + std::to_string(i), {a_volume("v1")}));
  const auto without_locks = [&] {
    first.apply(batches);
    return first.apply(batches).front().statements;
  }();
  CHECK(first.rows(lock_holders, 1).size() == 500);
  CHECK(first.writer->release("host-7"));
  CHECK(first.apply(batches).front().statements == without_locks + 1);
  testbed second{first.url};
  CHECK(first.writer->release("host-7"));
  const auto summaries = second.apply(batches);
  CHECK(std::ranges::count_if(summaries, &write_summary::locked_out) == 499);
  CHECK(second.writer->locked_out().size() == 499);
}

TEST_CASE("a server without room for more locks is reported with the cure") {
  if (!support::postgres_can_run())
    return;
  testbed on{support::shared_postgres().new_database()};
  std::vector<change_batch> batches;
  for (int i = 0; i < 20'000; ++i)
    batches.push_back(batch_for("host-" + std::to_string(i), {}));
  const auto answer = on.writer->apply(batches);
  REQUIRE_FALSE(answer);
  CHECK(answer.error().code == ec::store_unreachable);
  CHECK_MESSAGE(answer.error().text.find("max_locks_per_transaction") != std::string::npos,
                answer.error().text);
  batches.resize(100);
  CHECK(on.apply(batches).size() == 100);
}

TEST_CASE("an SQLite file's locks are in an empty file beside it, which is created again when it "
          "is moved") {
  const support::scratch_folder folder;
  const auto path = folder / "inventory.db";
  testbed on{"sqlite://" + path};
  on.apply({batch_for("alpha", {}), batch_for("beta", {})});
  CHECK(std::filesystem::file_size(path + ".lock") == 0);
  // Moved aside with the database, they are created again.
  for (const auto* suffix : {"", "-wal", "-shm", ".lock"})
    std::filesystem::rename(path + suffix, path + ".old" + suffix);
  CHECK(on.apply(batch_for("alpha", {a_volume("v1")})).taken_anew);
  testbed second{on.url};
  CHECK(second.apply(batch_for("alpha", {a_volume("v2")})).locked_out);
}
