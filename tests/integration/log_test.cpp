// What the log contains, and what it must never contain.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::seconds;

namespace json = boost::json;

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);)
    result.push_back(line);
  return result;
}

} // namespace

TEST_CASE("the log has a line for every actor at every interval") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node({{"ACTOR_STATS_INTERVAL", "1s"}, {"LOG_LEVEL", "info"}});
  for (const char* actor :
       {"stream_reader", "stream_supervisor", "volume_handler", "container_handler",
        "inventory_store", "reconciler", "metrics_aggregator", "health_reporter"}) {
    CAPTURE(actor);
    const auto tells = [&] {
      for (const auto& line : lines_of(on.node().log()))
        if (contains(line, std::string{"actor="} + actor + " ") && contains(line, "mailbox=")
            && contains(line, "handled=") && contains(line, "busy_ms=")
            && contains(line, "restarts="))
          return true;
      return false;
    };
    CHECK(eventually(tells, seconds{5}));
  }
}

TEST_CASE("at info the log has changes of state and no line per event") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node({{"LOG_LEVEL", "info"}});
  on.settle();
  const auto before = lines_of(on.node().log()).size();
  for (int i = 0; i < 300; ++i)
    on.docker.create_volume("quiet" + std::to_string(i));
  REQUIRE(on.disagreement() == "");
  CHECK(lines_of(on.node().log()).size() - before <= 5);
  on.daemon.stop();
  CHECK(eventually([&] { return on.http().get("/api/v1/health/events").status == 503; }));
  // Repeated failures of a reconnect do not each have a line.
  CHECK(throughout([&] { return lines_of(on.node().log()).size() - before <= 20; }, seconds{5}));
  CHECK(lines_of(on.node().log()).size() > before);
}

TEST_CASE("every line of the JSON log is an object") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node({{"LOG_FORMAT", "json"}, {"LOG_LEVEL", "trace"}, {"ACTOR_STATS_INTERVAL", "1s"}});
  on.docker.create_volume("odd", {{"quo\"te", "back\\slash\n\x01 Größe"}});
  on.docker.run(
      {.name = "logged", .command = {"/bin/busybox", "true"}, .mounts = {{"odd", "/data"}}});
  REQUIRE(on.disagreement() == "");
  CHECK(eventually([&] { return contains(on.node().log(), "actor="); }));
  on.node().signal(SIGTERM);
  CHECK(on.node().wait(seconds{10}) == 0);
  const auto lines = lines_of(on.node().log());
  CHECK(lines.size() > 5);
  for (const auto& line : lines) {
    CAPTURE(line);
    json::error_code failed;
    const auto value = json::parse(line, failed);
    REQUIRE_FALSE(failed);
    REQUIRE(value.is_object());
    for (const char* key : {"ts", "level", "msg"})
      CHECK(value.as_object().contains(key));
  }
}

TEST_CASE("passwords and tokens appear in no log, metric or answer") {
  if (!servers_can_run(database_kind::postgres))
    return;
  stage on{database_kind::postgres};
  // The test's PostgreSQL accepts any password.
  auto url = on.database->url();
  const auto host_at = url.find("://") + 3;
  const auto at = url.find('@', host_at);
  REQUIRE(at != std::string::npos);
  const auto user = url.substr(host_at, url.find_first_of(":@", host_at) - host_at);
  url.replace(host_at, at - host_at, user + ":hunter2-password");
  const std::string token = "hunter3-token";
  on.start_node({{"DATABASE_URL", url}, {"HTTP_AUTH_TOKEN", token}, {"LOG_LEVEL", "trace"}});
  REQUIRE(on.disagreement() == "");
  on.database->stop();
  CHECK(
      eventually([&] { return on.http(token).get("/api/v1/health").status == 503; }, seconds{15}));
  std::string everything;
  for (const char* path : {"/api/v1/health", "/api/v1/health/events", "/api/v1/health/ready",
                           "/metrics", "/api/v1/volumes", "/api/v1/actors", "/"})
    everything += on.http(token).get(path).body;
  everything += on.http("wrong").get("/api/v1/health").body;
  auto settings = on.settings();
  settings["DATABASE_URL"] = url;
  settings["HTTP_AUTH_TOKEN"] = token;
  const auto check = run_program(program_path(), {"check"}, settings);
  CHECK(check.exit_code == 1);
  everything += check.output + check.errors + on.node().log();
  CHECK_FALSE(contains(everything, "hunter2"));
  CHECK_FALSE(contains(everything, "hunter3"));
}
