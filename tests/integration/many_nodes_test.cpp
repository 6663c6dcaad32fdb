// Several nodes on one database: one writer per host, and hosts do not delay each other.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace json = boost::json;

namespace {

using clock = std::chrono::steady_clock;

constexpr const char* ready = "/api/v1/health/ready";
constexpr const char* another = "another node writes the rows of host stage-1";

bool stands_by(const http_probe& http) {
  const auto answer = http.get(ready);
  return answer.status == 503 && answer.body.find(another) != std::string::npos;
}

std::size_t count(const std::string& text, const std::string& words) {
  std::size_t n = 0;
  for (auto at = text.find(words); at != std::string::npos; at = text.find(words, at + 1))
    ++n;
  return n;
}

double seconds_since(clock::time_point begin) {
  return std::chrono::duration<double>(clock::now() - begin).count();
}

void standby_takes_over(database_kind kind) {
  stage on{kind};
  on.docker.create_volume("kept");
  on.docker.create_volume("doomed");
  on.docker.run({.name = "user", .mounts = {{"kept", "/kept"}}});
  on.start_node({{"LOG_LEVEL", "info"}});
  REQUIRE(on.disagreement() == "");

  auto settings = on.settings();
  settings["LOG_LEVEL"] = "info";
  program second{program_path(), settings};
  const http_probe http{second.port()};
  REQUIRE(eventually([&] { return stands_by(http); }));
  const auto health = http.get("/api/v1/health");
  CHECK(health.status == 200);
  CHECK(health.json().at("status") == "degraded");
  CHECK(health.json().at("checks").at("database").at("status") == "degraded");
  CHECK(json::serialize(health.json().at("checks").at("database")).find(another)
        != std::string::npos);
  CHECK(http.get("/api/v1/health/events").json().at("connected") == true);
  on.docker.create_volume("new");
  CHECK(on.disagreement() == ""); // the first one's work
  CHECK(throughout([&] { return stands_by(http); }, seconds{7}));
  CHECK(http.get("/api/v1/health/events").json().at("verified_at").is_null());
  CHECK(http.metrics()["volumeviz_events_standby"] == 1);
  CHECK(http.metrics()["volumeviz_events_database_up"] == 1);
  CHECK(on.http().get(ready).status == 200);
  CHECK(on.http().get("/api/v1/health").json().at("status") == "healthy");

  on.node().signal(SIGKILL);
  const auto killed = clock::now();
  on.docker.remove_volume("doomed");
  on.docker.create_volume("newer");
  CHECK(eventually([&] { return http.get(ready).status == 200; }, seconds{8}));
  MESSAGE("ready " << seconds_since(killed) << " s after the first was killed");
  CHECK(on.disagreement(seconds{1}) == "");
  MESSAGE("rows exact at the latest " << seconds_since(killed) << " s after it");
  CHECK(eventually([&] { return http.get("/api/v1/health").json().at("status") == "healthy"; },
                   seconds{3}));
  CHECK(count(second.log(), "took over") == 1);
  CHECK(count(second.log(), "standing by") == 1); // said once, however often it was tried
  CHECK(http.metrics()["volumeviz_events_standby"] == 0);
  CHECK(http.metrics().sum("volumeviz_events_docker_reconciliation_failures_total") == 0);

  // And back, with an orderly stop: the node that returns stands by.
  on.launch_node({{"LOG_LEVEL", "info"}});
  REQUIRE(on.node().port() != 0);
  CHECK(eventually([&] { return stands_by(on.http()); }));
  second.signal(SIGTERM);
  CHECK(second.wait(seconds{5}) == 0);
  on.docker.create_volume("newest");
  CHECK(eventually([&] { return on.http().get(ready).status == 200; }, seconds{8}));
  CHECK(on.disagreement(seconds{1}) == "");
}

void standby_stops_at_once(database_kind kind) {
  stage on{kind};
  on.docker.create_volume("kept");
  on.start_node();
  program second{program_path(), on.settings()};
  const http_probe http{second.port()};
  REQUIRE(eventually([&] { return stands_by(http); }));
  on.docker.create_volume("new");
  REQUIRE(on.disagreement() == "");
  const auto asked = clock::now();
  second.signal(SIGTERM);
  CHECK(second.wait(seconds{5}) == 0);
  MESSAGE("a standby stops within " << seconds_since(asked) << " s");
  CHECK(on.http().get(ready).status == 200);
}

/// One of several kinds of changes.
void change_something(docker_api& docker, int i) {
  const auto name = std::to_string(i);
  docker.create_volume("v" + name);
  const auto id = docker.run({.name = "c" + name, .mounts = {{"v" + name, "/data"}}});
  if (i % 3 == 0)
    docker.remove(id);
  if (i % 6 == 0)
    docker.remove_volume("v" + name);
  if (i % 3 == 1)
    docker.kill(id);
}

/// Uses the same names on every daemon. A change that an overloaded daemon refuses is skipped: the
/// rows are compared with the daemon's state. Returns the failures, a line each.
std::string keep_busy(const dockerd& daemon, int rounds) {
  auto docker = daemon.api();
  std::string failures;
  for (int i = 0; i < rounds; ++i)
    try {
      change_something(docker, i);
    } catch (const docker_error& e) {
      failures += std::string{e.what()} + "\n";
    }
  return failures;
}

std::string disagreement_of(recorded& records, docker_api& docker, const std::string& host) {
  std::string result;
  eventually(
      [&] {
        result.clear();
        for (const auto& line : differences(records.rows(host), rows_that_should_be(docker)))
          result += line + "\n";
        return result.empty();
      },
      seconds{5}, milliseconds{10});
  return result;
}

void reconcile_beside_a_node(database_kind kind) {
  stage on{kind};
  on.docker.create_volume("kept");
  on.start_node();
  REQUIRE(on.disagreement() == "");
  const auto fine = run_program(program_path(), {"reconcile"}, on.settings());
  CHECK_MESSAGE(fine.exit_code == 0, fine.output, fine.errors);
  CHECK_MESSAGE(fine.output.find("in sync; " + std::string{another}) != std::string::npos,
                fine.output);
  CHECK(on.http().get(ready).status == 200); // it was not pushed aside

  // A node that hangs but keeps its connections.
  on.node().signal(SIGSTOP);
  on.docker.create_volume("unseen");
  const auto would = run_program(program_path(), {"reconcile", "--dry-run"}, on.settings());
  CHECK_MESSAGE(would.exit_code == 3, would.output, would.errors);
  const auto told = run_program(program_path(), {"reconcile"}, on.settings());
  CHECK_MESSAGE(told.exit_code == 1, told.output, told.errors);
  CHECK_MESSAGE(told.output.find("+ volume unseen\n") != std::string::npos, told.output);
  CHECK_MESSAGE(told.errors.find(another) != std::string::npos, told.errors);
  CHECK(on.rows().volumes.size() == 1);
  on.node().signal(SIGCONT);
  CHECK(on.disagreement() == "");
}

} // namespace

ON_BOTH_DATABASES("a second node of the same name stands by and takes over", standby_takes_over)
ON_BOTH_DATABASES("a standby stops at once on SIGTERM", standby_stops_at_once)
ON_BOTH_DATABASES("reconcile beside a node lets it write, and reports the outcome",
                  reconcile_beside_a_node)

TEST_CASE("two hosts on one PostgreSQL are exact under load, and never wait for each other") {
  if (!servers_can_run(database_kind::postgres))
    return;
  stage on{database_kind::postgres};
  on.start_node({{"LOG_LEVEL", "info"}});
  const dockerd daemon;
  auto docker = daemon.api();
  auto settings = on.settings();
  settings["NODE_NAME"] = "stage-2";
  settings["DOCKER_HOST"] = daemon.host();
  settings["LOG_LEVEL"] = "info";
  program second{program_path(), settings};
  const http_probe http{second.port()};
  REQUIRE(eventually([&] { return http.get(ready).status == 200; }, seconds{20}));
  std::string undone_here, undone_there;
  {
    const std::jthread one{[&] { undone_here = keep_busy(on.daemon, 40); }};
    const std::jthread other{[&] { undone_there = keep_busy(daemon, 40); }};
  }
  WARN_MESSAGE(undone_here.empty(), undone_here);
  WARN_MESSAGE(undone_there.empty(), undone_there);
  CHECK(on.disagreement() == "");
  recorded records{on.database->url()};
  CHECK(disagreement_of(records, docker, "stage-2") == "");
  CHECK(records.number("SELECT count(*) FROM hosts") == 2);
  for (const auto* host : {"stage-1", "stage-2"})
    CHECK(records.rows(host).volumes.size() > 20); // the load was one
  for (const auto& x : {on.http().metrics(), http.metrics()}) {
    CHECK(x.sum("volumeviz_events_store_failures_total") == 0);
    CHECK(x["volumeviz_events_standby"] == 0);
  }
  CHECK(records.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        == 0);
}
