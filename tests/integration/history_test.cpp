// The history of a real node whose settings change, and whose database is restored from a backup:
// `history verify` finds nothing, and the past is the one that was.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/support/postgres_programs.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <set>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::seconds;

namespace {

namespace fs = std::filesystem;

/// Empty when the history leads to the rows.
std::string verified(stage& on) {
  const auto done = run_program(program_path(), {"history", "verify"}, on.settings());
  return done.exit_code == 0 ? "" : done.output + done.errors;
}

/// Waits until a list and an audit have proven the rows: the first inventory is complete.
bool proven(stage& on) {
  return eventually([&] { return on.records.text("SELECT verified_at FROM hosts") != ""; },
                    seconds{20});
}

/// Names of the volumes as of a moment; the reason where there is no answer.
std::string volumes_at(stage& on, const std::string& moment) {
  const auto answer = on.http().get("/api/v1/volumes?at=" + moment);
  if (answer.status != 200)
    return answer.body;
  std::set<std::string> names;
  const auto body = answer.json();
  for (const auto& x : body.at("items").as_array())
    names.emplace(x.at("name").as_string());
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : " ") + name;
  return text;
}

/// The database's own clock, in whole seconds; after it nothing has happened in this second.
std::string a_quiet_moment() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto next = std::chrono::ceil<seconds>(now);
  eventually([&] { return std::chrono::system_clock::now().time_since_epoch() > next; }, seconds{2},
             std::chrono::milliseconds{10});
  return std::to_string(next.count());
}

/// A copy of the database while no node runs, as an administrator makes one.
class backup {
public:
  backup(database_kind kind, std::string url) : kind_{kind}, url_{std::move(url)} {
    if (kind_ == database_kind::sqlite)
      for (const auto* end : {"", "-wal"})
        if (fs::exists(file() + end))
          fs::copy_file(file() + end, folder_ / ("copy" + std::string{end}));
    if (kind_ == database_kind::postgres)
      run_to_end({.arguments = {find_program(postgres_program("pg_dump")), "-d", url_, "-f",
                                folder_ / "copy"},
                  .environment = minimal_environment(),
                  .errors = folder_ / "err"});
  }

  void restore() const {
    if (kind_ == database_kind::sqlite) {
      for (const auto* end : {"", "-wal", "-shm"}) {
        fs::remove(file() + end);
        if (fs::exists(folder_ / ("copy" + std::string{end})))
          fs::copy_file(folder_ / ("copy" + std::string{end}), file() + end);
      }
      return;
    }
    psql(url_, {"DROP SCHEMA public CASCADE", "CREATE SCHEMA public"});
    run_to_end({.arguments = {find_program("psql"), "-q", "-v", "ON_ERROR_STOP=1", "-d", url_, "-f",
                              folder_ / "copy"},
                .environment = minimal_environment(),
                .errors = folder_ / "err"});
  }

private:
  std::string file() const { return url_.substr(std::string{"sqlite://"}.size()); }

  database_kind kind_;
  std::string url_;
  scratch_folder folder_;
};

void survives_its_settings(database_kind kind) {
  stage on{kind};
  on.docker.create_volume("shop-orders");
  const auto web = on.docker.run({.name = "shop-web", .mounts = {{"shop-orders", "/data"}}});
  on.start_node();
  CHECK(on.disagreement() == "");
  CHECK(proven(on));
  CHECK(verified(on) == "");
  const auto recorded = a_quiet_moment();

  // Off: nothing is recorded, and the paths say so.
  on.start_node({{"HISTORY_RETENTION", "0"}});
  on.docker.create_volume("while-off");
  on.docker.stop(web);
  CHECK(on.disagreement() == "");
  CHECK(on.http().get("/api/v1/changes").status == 404);
  CHECK(verified(on) == "");
  // Killed, so that nothing is finished.
  on.docker.create_volume("while-off-2");
  CHECK(on.disagreement() == "");
  on.node().signal(SIGKILL);
  on.node().wait(seconds{5});

  on.start_node();
  CHECK(on.disagreement() == "");
  const auto on_again = a_quiet_moment();
  on.docker.remove_volume("while-off");
  CHECK(on.disagreement() == "");
  CHECK(verified(on) == "");
  CHECK(volumes_at(on, recorded).find("the history begins at ") != std::string::npos);
  CHECK(volumes_at(on, on_again) == "shop-orders while-off while-off-2");

  // Some resources leave the history, and come back.
  on.start_node({{"HISTORY_EXCLUDE", "volume.name=while-*,container.name=shop-web"}});
  CHECK(on.disagreement() == "");
  CHECK(eventually([&] {
    return on.records.number("SELECT count(*) FROM volumes WHERE NOT "
                             "in_history")
           == 1;
  }));
  CHECK(verified(on) == "");
  CHECK(volumes_at(on, a_quiet_moment()) == "shop-orders");
  on.start_node();
  CHECK(eventually(
      [&] { return on.records.number("SELECT count(*) FROM volumes WHERE NOT in_history") == 0; }));
  CHECK(verified(on) == "");
  CHECK(volumes_at(on, on_again) == "shop-orders while-off while-off-2");

  // Fewer changes.
  on.start_node({{"HISTORY_MAX_ROWS", "3"}});
  for (int i = 0; i < 5; ++i)
    on.docker.create_volume("more-" + std::to_string(i));
  CHECK(on.disagreement() == "");
  on.start_node({{"HISTORY_MAX_ROWS", "3"}}); // trims soon after its first write
  on.docker.remove_volume("more-0");
  CHECK(eventually([&] { return on.records.number("SELECT count(*) FROM changes") <= 3; },
                   seconds{40}));
  CHECK(verified(on) == "");
  CHECK(volumes_at(on, on_again).find("the history begins at ") != std::string::npos);
  CHECK(on.disagreement() == "");
  CHECK(volumes_at(on, a_quiet_moment()) == "more-1 more-2 more-3 more-4 shop-orders while-off-2");
}

void survives_a_restored_database(database_kind kind) {
  stage on{kind};
  const variables at{{"HTTP_LISTEN", "127.0.0.1:" + std::to_string(free_port())}};
  on.start_node(at);
  on.docker.create_volume("before");
  CHECK(on.disagreement() == "");
  CHECK(proven(on));
  const auto backed_up = a_quiet_moment();
  on.node().signal(SIGTERM);
  on.node().wait(seconds{10});
  const backup copy{kind, on.database->url()};

  on.start_node(at);
  program watch{program_path(), at, {"watch"}};
  REQUIRE(
      eventually([&] { return on.http().metrics()["volumeviz_events_feed_subscribers"] == 1; }));
  for (int i = 0; i < 5; ++i)
    on.docker.create_volume("lost-" + std::to_string(i));
  on.docker.remove_volume("before");
  CHECK(eventually(
      [&] { return watch.output().find("volume before removed") != std::string::npos; }));
  on.node().signal(SIGTERM);
  on.node().wait(seconds{10});

  on.records.close();
  copy.restore();
  CHECK(on.records.text("SELECT max(name) FROM changes") == "before");
  CHECK(on.records.text("SELECT max(name) FROM volumes") == "before");
  on.docker.remove_volume("lost-0");
  on.start_node(at);
  CHECK(on.disagreement() == "");
  CHECK(verified(on) == "");
  CHECK(volumes_at(on, backed_up) == "before");
  CHECK(volumes_at(on, a_quiet_moment()) == "lost-1 lost-2 lost-3 lost-4");
  // What the backup does not know happened some time after the last moment that it proves, unless
  // the daemon remembers the event.
  CHECK(on.records.number("SELECT count(*) FROM changes WHERE volume_id LIKE 'lost-%' AND "
                          "(source = 'event' OR (source = 'reconciliation' AND not_before < at))")
        == 4);
  CHECK(eventually([&] {
    return watch.log().find("changes may be missing here: no change has had the cursor")
           != std::string::npos;
  }));
  REQUIRE(
      eventually([&] { return on.http().metrics()["volumeviz_events_feed_subscribers"] == 1; }));
  on.docker.create_volume("after");
  CHECK(
      eventually([&] { return watch.output().find("volume after created") != std::string::npos; }));
  watch.signal(SIGINT);
  CHECK(watch.wait(seconds{5}) == 0);
}

} // namespace

ON_BOTH_DATABASES("the history is right whatever its settings were before", survives_its_settings)
ON_BOTH_DATABASES("the history goes on after a backup of the database was restored",
                  survives_a_restored_database)

TEST_CASE("a database file that is moved aside under a node begins a new feed, which is told") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  const variables at{{"HTTP_LISTEN", "127.0.0.1:" + std::to_string(free_port())}};
  on.start_node(at);
  for (int i = 0; i < 5; ++i)
    on.docker.create_volume("v" + std::to_string(i));
  for (int i = 1; i < 5; ++i)
    on.docker.remove_volume("v" + std::to_string(i));
  CHECK(on.disagreement() == "");
  program watch{program_path(), at, {"watch"}};
  REQUIRE(
      eventually([&] { return on.http().metrics()["volumeviz_events_feed_subscribers"] == 1; }));
  on.docker.create_volume("seen");
  CHECK(
      eventually([&] { return watch.output().find("volume seen created") != std::string::npos; }));

  const auto file = on.database->url().substr(std::string{"sqlite://"}.size());
  on.records.close();
  for (const auto* end : {"", "-wal", "-shm"})
    fs::rename(file + end, file + ".aside" + end);
  on.docker.create_volume("anew");
  CHECK(eventually([&] {
    return watch.log().find("changes are missing here: the database was restored or replaced")
           != std::string::npos;
  }));
  on.docker.create_volume("after");
  CHECK(
      eventually([&] { return watch.output().find("volume after created") != std::string::npos; }));
  CHECK(on.disagreement() == "");
  CHECK(verified(on) == "");
}
