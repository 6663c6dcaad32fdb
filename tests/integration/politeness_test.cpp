// The node only reads: it sends only GET requests of the documented paths to Docker.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/proxy.hpp"

#include <doctest/doctest.h>

#include <regex>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const std::regex promised{
    R"(^(/v[0-9.]+)?/(_ping|version|info|events|volumes|volumes/[^/]+|containers/json|containers/[0-9a-f]+/json)(\?.*)?$)"};

std::size_t count(const std::vector<seen_request>& requests, const std::string& pattern) {
  const std::regex expression{pattern};
  return static_cast<std::size_t>(std::ranges::count_if(
      requests, [&](const auto& x) { return std::regex_search(x.target, expression); }));
}

} // namespace

TEST_CASE("only GET requests of the documented paths reach Docker") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  proxy between{on.daemon.socket()};
  on.start_node({{"DOCKER_HOST", between.host()}});
  const auto id = on.docker.run(
      {.name = "seen", .command = polite_command(), .mounts = {{"data", "/data"}, {"", "/a"}}});
  on.docker.stop(id);
  on.docker.rename(id, "seen-again");
  on.docker.remove(id, true);
  on.docker.prune("volumes");
  CHECK(on.http().post("/api/v1/health/events/reconcile?type=full").status == 202);
  CHECK(on.disagreement() == "");
  auto settings = on.settings();
  settings["DOCKER_HOST"] = between.host();
  settings["DATABASE_URL"] += "2";
  CHECK(run_program(program_path(), {"check"}, settings).exit_code == 0);
  CHECK(run_program(program_path(), {"reconcile"}, settings).exit_code == 0);
  const auto requests = between.requests();
  CHECK(requests.size() > 5);
  for (const auto& x : requests) {
    CAPTURE(x.target);
    CHECK(x.method == "GET");
    CHECK(std::regex_match(x.target, promised));
  }
}

TEST_CASE("a full reconciliation costs two lists and no inspect when nothing has changed") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  for (int i = 0; i < 10; ++i)
    on.docker.create_container(
        {.name = "c" + std::to_string(i), .mounts = {{"v" + std::to_string(i), "/data"}}});
  proxy between{on.daemon.socket()};
  on.start_node({{"DOCKER_HOST", between.host()}});
  REQUIRE(on.disagreement() == "");
  on.settle();
  between.forget();
  REQUIRE(on.http().post("/api/v1/health/events/reconcile?type=full").status == 202);
  CHECK(eventually([&] {
    return on.http().metrics()
               [R"(volumeviz_events_docker_reconciliation_runs_total{reconciliation_type="full"})"]
           >= 2;
  }));
  const auto requests = between.requests();
  CHECK(count(requests, "/volumes(\\?|$)") == 1);
  CHECK(count(requests, "/containers/json") == 1);
  CHECK(count(requests, "/containers/[0-9a-f]+/json") == 0);
  CHECK(count(requests, "/volumes/[^/]+$") == 0);
}

TEST_CASE("rows are exact after connections to Docker were cut, refused, held and delayed") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  proxy between{on.daemon.socket()};
  on.start_node({{"DOCKER_HOST", between.host()}});
  for (int i = 0; i < 20; ++i) {
    on.docker.create_volume("cut" + std::to_string(i));
    if (i % 5 == 0)
      between.cut();
  }
  CHECK(on.disagreement(seconds{10}) == "");

  between.refuse(true);
  between.cut();
  on.docker.create_volume("refused");
  on.docker.remove_volume("cut1");
  CHECK(eventually([&] { return on.http().get("/api/v1/health/events").status == 503; }));
  between.refuse(false);
  CHECK(on.disagreement(seconds{10}) == "");

  // Nothing arrives and nothing is closed: only the audit can detect it.
  between.hold(true);
  on.docker.create_volume("held");
  CHECK(eventually([&] { return on.http().get("/api/v1/health/events").status == 503; },
                   seconds{40}));
  between.hold(false);
  CHECK(on.disagreement(seconds{15}) == "");

  between.delay(milliseconds{50});
  const auto id = on.docker.run({.name = "slow", .mounts = {{"held", "/data"}}});
  on.docker.remove(id);
  CHECK(on.disagreement(seconds{15}) == "");
}
