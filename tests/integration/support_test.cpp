// Tests the tests' own tools, so that another failure is the program's.
#include "tests/support/dockerd.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/proxy.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::support;

TEST_CASE("the private dockerd survives being stopped, killed and paused") {
  if (!dockerd_can_run())
    return;
  dockerd daemon;
  auto docker = daemon.api();
  const auto id = docker.run({.name = "one", .mounts = {{"data", "/data"}}});
  CHECK(docker.inspect_container(id).at("State").at("Status") == "running");
  docker.execute(id, {"/bin/busybox", "true"});

  daemon.kill();
  CHECK_FALSE(docker.ping());
  daemon.start();
  CHECK(docker.inspect_volume("data").at("Name") == "data");
  CHECK(docker.inspect_container(id).at("State").at("Status") == "exited");

  docker.start(id);
  daemon.restart();
  CHECK(docker.containers().size() == 1);

  daemon.pause();
  docker_api impatient{daemon.socket(), std::chrono::milliseconds{200}};
  CHECK(eventually([&] { return !impatient.ping(); }));
  daemon.resume();
  CHECK(docker.ping());
}

TEST_CASE("the proxy records requests, holds answers and cuts connections") {
  if (!dockerd_can_run())
    return;
  dockerd daemon;
  proxy between{daemon.socket()};
  docker_api docker{between.socket()};
  docker.create_volume("one", {{"key", "value"}});
  CHECK(docker.volumes().size() == 1);
  CHECK(between.requests()
        == std::vector<seen_request>{{"POST", "/volumes/create"}, {"GET", "/volumes"}});
  CHECK(between.open_connections() == 1);
  between.cut();
  CHECK(eventually([&] { return between.open_connections() == 0; }));
  between.refuse(true);
  CHECK_FALSE(docker.ping());
  between.refuse(false);
  CHECK(docker.ping());
}
