#include "docker/path_trial.hpp"
#include "tests/support/fake_daemon.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace volumeviz;
using namespace volumeviz::docker;
using support::fake_daemon;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> refused(const fake_daemon& daemon) {
  const auto asked = try_paths({.host = daemon.host(), .tls = false, .cert_path = {}}, 5s);
  REQUIRE(asked);
  std::vector<std::string> result;
  for (const auto& each : *asked)
    if (each.why)
      result.push_back(each.path);
  return result;
}

} // namespace

TEST_CASE("each path that a proxy refuses is reported, and the others are tried") {
  fake_daemon daemon;
  daemon.create_volume("v1");
  for (const auto* each : {"/info", "/events", "/volumes", "/containers/json"})
    daemon.fail_next(each, 403, "Forbidden by administrative rules");
  CHECK(refused(daemon)
        == std::vector<std::string>{"/info", "/events", "/volumes", "/containers/json"});
  daemon.answer_next("/volumes/volumeviz-events-check", {.status = 404, .body = "no such page"});
  CHECK(refused(daemon) == std::vector<std::string>{"/volumes/{name}"});
}
