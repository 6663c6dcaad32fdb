// Every event of containers ends in exact rows and is counted once.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::integration;
using namespace volumeviz::support;

namespace {

double processed(const metrics_page& page, const std::string& type) {
  return page.sum("volumeviz_events_docker_events_processed_total",
                  {"event_type=\"" + type + "\""});
}

void whole_life(database_kind kind) {
  stage on{kind};
  on.start_node();
  const auto id = on.docker.create_container({.name = "life",
                                              .command = polite_command(),
                                              .mounts = {{"data", "/data"}},
                                              .labels = {{"tier", "db"}}});
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.at(id).state == "created");
  CHECK_FALSE(on.rows().containers.at(id).active);

  on.docker.start(id);
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.at(id).active);

  on.docker.pause(id);
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.at(id).state == "paused");
  on.docker.unpause(id);
  CHECK(on.disagreement() == "");

  on.docker.rename(id, "renamed");
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.at(id).name == "renamed");

  on.docker.update_restart_policy(id, "no");
  on.docker.execute(id, {"/bin/busybox", "true"}); // exec events change no row
  on.docker.restart(id);
  CHECK(on.disagreement() == "");

  on.docker.stop(id);
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.at(id).state == "exited");

  on.docker.start(id);
  CHECK(on.disagreement() == "");
  on.docker.kill(id);
  CHECK(on.disagreement() == "");

  on.docker.remove(id);
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.empty());
  CHECK(on.rows().mounts.empty());

  on.settle();
  const auto now = on.http().metrics();
  CHECK(processed(now, "container.create") == 1);
  CHECK(processed(now, "container.start") == 3); // twice by us, once by restart
  CHECK(processed(now, "container.stop") == 2);
  CHECK(processed(now, "container.die") == 3);
  CHECK(processed(now, "container.restart") == 1);
  CHECK(processed(now, "container.pause") == 1);
  CHECK(processed(now, "container.unpause") == 1);
  CHECK(processed(now, "container.rename") == 1);
  CHECK(processed(now, "container.update") == 1);
  CHECK(processed(now, "container.kill") >= 3);
  CHECK(processed(now, "container.destroy") == 1);
  CHECK(on.failures() == "");
  CHECK(now.sum("volumeviz_events_docker_resources_removed_total", {R"(resource_type="container")"})
        == 1);
}

void unusual_ends(database_kind kind) {
  stage on{kind};
  on.start_node();

  // Is removed with its anonymous volume, as `docker run --rm` does.
  const auto brief = on.docker.run({.name = "brief",
                                    .command = {"/bin/busybox", "true"},
                                    .mounts = {{"", "/anonymous"}},
                                    .auto_remove = true});
  CHECK(eventually([&] { return on.docker.containers().empty(); }));
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.empty());

  // Ends with an exit code.
  const auto failing = on.docker.run({.name = "failing", .command = {"/bin/busybox", "false"}});
  on.docker.wait_for_exit(failing);
  CHECK(on.disagreement() == "");

  // Can't start: Docker sends neither a start nor a die event.
  const auto broken =
      on.docker.create_container({.name = "broken", .command = {"/no/such/program"}});
  CHECK_THROWS_AS(on.docker.start(broken), docker_error);
  CHECK(on.disagreement() == "");

  // Crashes and is restarted, again and again.
  const auto looping = on.docker.run(
      {.name = "looping", .command = {"/bin/busybox", "sleep", "0.2"}, .restart_policy = "always"});
  CHECK(eventually([&] { return processed(on.http().metrics(), "container.die") >= 4; }));
  on.docker.stop(looping);
  CHECK(on.disagreement() == "");

  // Killed by the OOM killer; Debian 13's runc needs ten megabytes to begin with.
  const auto greedy =
      on.docker.run({.name = "greedy",
                     .command = {"/bin/busybox", "sh", "-c", "x=a; while :; do x=$x$x; done"},
                     .memory_bytes = 24 * 1024 * 1024});
  on.docker.wait_for_exit(greedy);
  CHECK(on.disagreement() == "");

  // A prune removes several without naming them.
  on.docker.prune("containers");
  CHECK(on.disagreement() == "");
  CHECK(on.rows().containers.empty());
  CHECK(on.failures() == "");
}

void mounts(database_kind kind) {
  stage on{kind};
  on.start_node();
  const auto id = on.docker.create_container({
      .name = "mounts",
      .mounts =
          {{"shared", "/a"}, {"shared", "/b", true}, {"read-only", "/c", true}, {"", "/anonymous"}},
      .binds = {"/tmp:/bind", "/tmp:/bind-read-only:ro"},
  });
  CHECK(on.disagreement() == "");
  CHECK(on.rows().mounts.size() == 4); // binds are not recorded
  CHECK(on.rows().mounts.at({id, "/a", "shared"}).access_mode == "rw");
  CHECK(on.rows().mounts.at({id, "/b", "shared"}).access_mode == "ro");

  const auto other = on.docker.run({.name = "other", .mounts = {{"shared", "/mine", true}}});
  CHECK(on.disagreement() == "");
  CHECK(on.rows().mounts.size() == 5);
  on.docker.remove(other);
  CHECK(on.disagreement() == "");

  on.docker.remove(id, true); // takes the anonymous volume along
  CHECK(on.disagreement() == "");
  CHECK(on.rows().mounts.empty());
  CHECK(on.rows().volumes.size() == 2);
  CHECK(on.http().metrics().sum("volumeviz_events_docker_mounts_synced_total",
                                {R"(operation="create")"})
        == 5);
  CHECK(on.http().metrics().sum("volumeviz_events_docker_mounts_synced_total",
                                {R"(operation="remove")"})
        == 5);
}

void only_changes_move_updated_at(database_kind kind) {
  stage on{kind};
  const auto id = on.docker.run({.name = "still", .mounts = {{"data", "/data"}}});
  on.start_node();
  CHECK(on.disagreement() == "");
  const auto stamps = [&] {
    return on.records.text("SELECT max(updated_at) FROM volumes")
           + on.records.text("SELECT max(updated_at) FROM containers")
           + on.records.text("SELECT max(updated_at) FROM volume_mounts");
  };
  const auto before = stamps();
  on.docker.execute(id, {"/bin/busybox", "true"});
  on.start_node(); // lists everything again
  REQUIRE(on.http().post("/api/v1/health/events/reconcile?type=full").status == 202);
  CHECK(eventually([&] {
    return on.http().metrics().sum("volumeviz_events_docker_reconciliation_runs_total",
                                   {R"(reconciliation_type="full")"})
           >= 2;
  }));
  CHECK(stamps() == before);
}

} // namespace

ON_BOTH_DATABASES("each step of a container's life is recorded", whole_life)
ON_BOTH_DATABASES("containers that end in unusual ways are recorded", unusual_ends)
ON_BOTH_DATABASES("a container's volume mounts are recorded, and only those", mounts)
ON_BOTH_DATABASES("rows that are already right are not written", only_changes_move_updated_at)
