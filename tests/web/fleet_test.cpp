// The page of a hub with two agents, and of a node on a real Docker daemon.
#include "tests/stage/stage.hpp"
#include "tests/support/dockerd.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/free_port.hpp"
#include "tests/web/page.hpp"

#include <doctest/doctest.h>

#include <memory>

using namespace volumeviz;
using namespace volumeviz::web;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<support::program> agent_of(const support::fake_daemon& docker,
                                           const std::string& name, const std::string& hub) {
  return std::make_unique<support::program>(integration::program_path(),
                                            support::variables{{"EVENTS_ENABLED", "true"},
                                                               {"NODE_ROLE", "agent"},
                                                               {"NODE_NAME", name},
                                                               {"HUB_ADDRESS", hub},
                                                               {"DOCKER_HOST", docker.host()}});
}

const std::string cells = "[...document.querySelectorAll('tbody tr')].map(x => x.innerText)";

} // namespace

TEST_CASE("the page of a hub has all hosts, narrows to one, and says which is away") {
  if (!browser_can_run())
    return;
  support::fake_daemon first, second;
  first.create_volume("of-first");
  second.create_volume("of-second");
  second.create_volume("of-both");
  first.create_volume("of-both");
  const auto link = "127.0.0.1:" + std::to_string(support::free_port());
  page on{""};
  on.start_node({{"NODE_ROLE", "hub"}, {"NODE_NAME", "hub"}, {"HUB_LISTEN", link}});
  const auto one = agent_of(first, "host-1", link);
  auto two = agent_of(second, "host-2", link);
  on.load("hosts");
  CHECK(on.web.becomes(cells + ".filter(x => /host-[12]\\s+healthy/.test(x)).length === 2", 30s));
  on.save("hosts-of-hub");
  on.go("volumes");
  CHECK(on.web.becomes("document.querySelectorAll('tbody tr').length === 4"));
  on.go("hosts");
  REQUIRE(on.web.becomes(cells + ".length === 2"));
  on.web.run(
      "[...document.querySelectorAll('tbody a')].find(x => x.textContent === 'host-2').click()");
  CHECK(on.web.becomes("location.hash === '#/map?host=host-2'"));
  CHECK(on.web.becomes("document.querySelectorAll('svg.map a').length === 2"));
  on.web.run(
      "[...document.querySelectorAll('nav a')].find(x => x.textContent === 'Volumes').click()");
  CHECK(on.web.becomes("document.querySelectorAll('tbody tr').length === 2"));
  two.reset();
  on.go("hosts");
  CHECK(on.web.becomes(cells + ".some(x => /host-2\\s+away/.test(x))", 30s));
  CHECK(on.web.console() == "");
}

TEST_CASE("what the Docker API does is in map and table at once") {
  if (!browser_can_run() || !support::dockerd_can_run())
    return;
  support::dockerd daemon;
  auto docker = daemon.api();
  page on{daemon.host()};
  on.start_node();
  on.load("map");
  CHECK(on.web.becomes("document.querySelector('.map-empty').innerText.includes('docker run')"));
  docker.create_volume("my-volume", {{"com.docker.compose.project", "own"}});
  CHECK(on.web.becomes(
      "document.querySelector('svg.map a[aria-label^=\"volume my-volume, orphaned\"]')"));
  const auto user = docker.run({.name = "user",
                                .mounts = {{"my-volume", "/data", true}},
                                .labels = {{"com.docker.compose.project", "own"}}});
  CHECK(on.web.becomes(
      "document.querySelector('svg.map a[aria-label^=\"container user, running\"]')"));
  CHECK(on.web.becomes("document.querySelector('svg.map .edge.ro:not(.idle)')"));
  docker.stop(user);
  CHECK(on.web.becomes("document.querySelector('svg.map .edge.ro.idle')"));
  docker.remove(user);
  CHECK(on.web.becomes("!document.querySelector('svg.map .edge')"));
  on.go("volumes?use=orphaned");
  CHECK(on.web.becomes(cells + ".some(x => /my-volume\\s+orphaned/.test(x))"));
  docker.remove_volume("my-volume");
  CHECK(on.web.becomes(cells + ".every(x => !x.includes('my-volume'))"));
  CHECK(on.web.console() == "");
}
