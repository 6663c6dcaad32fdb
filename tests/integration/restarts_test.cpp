// Faults of the daemon, the database and the node: the rows are exact again soon after, without an
// operator.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// Resources of each kind, running and stopped, from before the fault.
std::string furnish(stage& on) {
  on.docker.create_volume("kept");
  on.docker.create_volume("doomed");
  const auto id = on.docker.run(
      {.name = "long-running", .command = polite_command(), .mounts = {{"kept", "/kept"}}});
  on.docker.run({.name = "always", .mounts = {{"busy", "/busy"}}, .restart_policy = "always"});
  on.docker.create_container({.name = "idle", .mounts = {{"kept", "/k", true}}});
  return id;
}

void daemon_stopped(database_kind kind) {
  stage on{kind};
  furnish(on);
  on.start_node();
  REQUIRE(on.disagreement() == "");
  on.daemon.stop();
  CHECK(eventually([&] { return on.http().get("/api/v1/health/events").status == 503; }));
  CHECK(on.rows().volumes.size() == 3); // no answer has said that one is gone
  on.daemon.start();
  on.docker.remove_volume("doomed");
  on.docker.create_volume("new");
  CHECK(on.disagreement(seconds{10}) == "");
  CHECK(on.node().running());
}

void daemon_killed(database_kind kind) {
  stage on{kind};
  const auto id = furnish(on);
  on.start_node();
  REQUIRE(on.disagreement() == "");
  on.daemon.kill();
  CHECK(on.rows().containers.size() == 3);
  on.daemon.start();
  CHECK(on.disagreement(seconds{10}) == "");
  CHECK(on.rows().containers.at(id).state == "exited");
  // The list after a start may show it before the new stream is open.
  CHECK(eventually(
      [&] { return on.http().metrics()["volumeviz_events_docker_events_reconnects_total"] >= 1; }));
}

void node_killed(database_kind kind) {
  stage on{kind};
  const auto id = furnish(on);
  on.start_node();
  REQUIRE(on.disagreement() == "");
  on.node().signal(SIGKILL);
  REQUIRE(on.node().wait(seconds{5}) == 128 + SIGKILL);
  // Changes while the node is down are found by comparing.
  on.docker.remove(id);
  on.docker.remove_volume("doomed");
  on.docker.create_volume("new");
  on.docker.rename("idle", "busy-bee");
  CHECK(on.disagreement(seconds{0}) != "");
  on.start_node();
  CHECK(on.disagreement() == "");
}

void node_stopped(database_kind kind) {
  stage on{kind};
  on.start_node();
  for (int i = 0; i < 200; ++i)
    on.docker.create_volume("v" + std::to_string(i));
  const auto asked = std::chrono::steady_clock::now();
  on.node().signal(SIGTERM);
  CHECK(on.node().wait(seconds{10}) == 0);
  MESSAGE("ended after "
          << std::chrono::duration<double>(std::chrono::steady_clock::now() - asked).count()
          << " s");
  // Events from long before the signal are committed; the last one or two may not have been read.
  CHECK(on.rows().volumes.size() >= 150);
  on.start_node();
  CHECK(on.disagreement() == "");
  on.node().signal(SIGINT);
  CHECK(on.node().wait(seconds{10}) == 0);
}

void database_away(const std::function<void(stage&)>& take_away) {
  stage on{database_kind::postgres};
  const auto id = furnish(on);
  on.start_node();
  REQUIRE(on.disagreement() == "");
  take_away(on);
  on.docker.create_volume("while-away");
  on.docker.remove_volume("doomed");
  on.docker.stop(id);
  CHECK(eventually([&] { return on.http().get("/api/v1/health").status == 503; }, seconds{15}));
  CHECK(on.http().get("/api/v1/health").json().at("checks").at("database").at("status")
        == "unhealthy");
  CHECK(on.http().get("/api/v1/health/live").status == 200);
  CHECK(on.http().get("/api/v1/health/ready").status == 503);
  CHECK(on.http().get("/api/v1/volumes").status >= 500);
  on.database->start();
  CHECK(on.disagreement(seconds{10}) == "");
  CHECK(eventually([&] { return on.http().get("/api/v1/health").status == 200; }));
  CHECK(on.http().get("/api/v1/health/ready").status == 200);
  const auto page = on.http().metrics();
  CHECK(page.sum("volumeviz_events_docker_events_dropped_total") == 0);
}

} // namespace

ON_BOTH_DATABASES("rows are exact after the daemon was stopped and started", daemon_stopped)
ON_BOTH_DATABASES("rows are exact after the daemon was killed and started", daemon_killed)
ON_BOTH_DATABASES("rows are exact after the node was killed and started", node_killed)
ON_BOTH_DATABASES("on SIGTERM a node commits what it has accepted, and ends within ten seconds",
                  node_stopped)

TEST_CASE("rows are exact after PostgreSQL was stopped and started") {
  if (servers_can_run(database_kind::postgres))
    database_away([](stage& on) { on.database->stop(); });
}

TEST_CASE("rows are exact after PostgreSQL was killed and started") {
  if (servers_can_run(database_kind::postgres))
    database_away([](stage& on) { on.database->kill(); });
}

TEST_CASE("a node that starts before its Docker daemon and its database waits for both") {
  if (!servers_can_run(database_kind::postgres))
    return;
  stage on{database_kind::postgres};
  on.docker.create_volume("patience");
  on.daemon.stop();
  on.database->stop();
  on.launch_node();
  REQUIRE(on.node().port() != 0);
  CHECK(on.http().get("/api/v1/health/live").status == 200);
  CHECK(on.http().get("/api/v1/health/ready").status == 503);
  CHECK(on.http().get("/api/v1/health").status == 503);
  on.database->start();
  on.daemon.start();
  CHECK(on.disagreement(seconds{15}) == "");
  CHECK(eventually([&] { return on.http().get("/api/v1/health/ready").status == 200; }));
}

TEST_CASE("a second signal ends the node at once") {
  if (!servers_can_run(database_kind::postgres))
    return;
  stage on{database_kind::postgres};
  on.start_node();
  // Accepted changes can't be committed, so an orderly end takes ten seconds.
  on.docker.create_volume("accepted");
  on.database->stop();
  for (int i = 0; i < 20; ++i)
    on.docker.create_volume("late" + std::to_string(i));
  on.node().signal(SIGTERM);
  CHECK_FALSE(on.node().wait(milliseconds{300}));
  on.node().signal(SIGTERM);
  CHECK(on.node().wait(seconds{1}));
}

TEST_CASE("a node whose database is away still ends within ten seconds") {
  if (!servers_can_run(database_kind::postgres))
    return;
  stage on{database_kind::postgres};
  on.start_node();
  on.database->stop();
  on.docker.create_volume("never-written");
  on.node().signal(SIGTERM);
  CHECK(on.node().wait(seconds{11}));
}

TEST_CASE("SIGHUP does not end the node") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node();
  on.node().signal(SIGHUP);
  on.node().signal(SIGPIPE);
  on.docker.create_volume("after-the-signals");
  CHECK(on.disagreement() == "");
  CHECK(on.node().running());
}

TEST_CASE("a container that survives its daemon's death is recorded as it is") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.docker.run({.name = "orphan"});
  on.daemon.kill();
  on.launch_node();
  on.daemon.start();
  CHECK(on.disagreement(seconds{15}) == "");
}
