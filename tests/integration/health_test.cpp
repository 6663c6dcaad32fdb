// Health: every documented field, in every state of a node.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <ctime>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace json = boost::json;

namespace {

json::value events_of(const http_probe& http) {
  return http.get("/api/v1/health/events").json();
}

std::string status_of(const http_probe& http, const std::string& path) {
  const auto body = http.get(path).json();
  const auto* object = body.if_object();
  const auto* status = object ? object->if_contains("status") : nullptr;
  return status && status->is_string() ? std::string{status->as_string()} : "no status";
}

bool is_count(const json::value& x) {
  return (x.is_int64() && x.as_int64() >= 0) || x.is_uint64();
}

} // namespace

TEST_CASE("health has every documented field, and null for what has not happened") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node();
  const auto http = on.http();
  const auto fresh = events_of(http);
  CHECK(fresh.at("last_event_timestamp").is_null());
  CHECK(fresh.at("last_event_age_seconds").is_null());
  CHECK(fresh.at("last_reconnect_timestamp").is_null());
  CHECK(fresh.at("connected") == true);

  on.docker.create_volume("one");
  REQUIRE(on.disagreement() == "");
  REQUIRE(eventually([&] { return events_of(http).at("processed_total").to_number<int>() == 1; }));
  const auto now = std::time(nullptr);
  const auto events = events_of(http);
  CHECK(events.at("status") == "healthy");
  for (const char* name :
       {"queue_size", "processed_total", "errors_total", "dropped_total", "reconnects_total"})
    CHECK_MESSAGE(is_count(events.at(name)), name);
  CHECK(events.at("errors_total") == 0);
  CHECK(std::abs(events.at("last_event_timestamp").to_number<std::time_t>() - now) <= 2);
  CHECK(events.at("last_event_age_seconds").to_number<double>() <= 3);
  for (const char* name : {"full", "volumes", "containers"})
    CHECK_MESSAGE(events.at("reconciliation_runs").at(name).to_number<int>() >= 1, name);

  const auto answer = http.get("/api/v1/health");
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type").starts_with("application/json"));
  const auto health = answer.json();
  CHECK(health.at("status") == "healthy");
  CHECK(std::abs(health.at("timestamp").to_number<std::time_t>() - now) <= 5);
  CHECK(health.at("checks").at("docker").at("status") == "healthy");
  CHECK(health.at("checks").at("database").at("status") == "healthy");
  CHECK(health.at("checks").at("events").at("processed_total") == 1);
  CHECK(http.get("/health").json().at("checks").at("events").at("connected") == true);
  CHECK(http.get("/health/events").json().at("connected") == true);
  CHECK(http.get("/api/v1/health/live").status == 200);
  CHECK(http.get("/api/v1/health/ready").status == 200);
}

TEST_CASE("health is degraded without events for a while, and healthy again with one") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node({{"EVENTS_IDLE_DEGRADED_AFTER", "2s"}});
  const auto http = on.http();
  CHECK(eventually([&] { return status_of(http, "/api/v1/health/events") == "degraded"; }));
  CHECK(status_of(http, "/api/v1/health") == "degraded");
  CHECK(http.get("/api/v1/health").status == 200);
  CHECK(http.get("/api/v1/health/ready").status == 200);
  on.docker.create_volume("sign-of-life");
  CHECK(eventually([&] { return status_of(http, "/api/v1/health/events") == "healthy"; },
                   seconds{2}));
}

TEST_CASE("health is unhealthy without Docker, while the process stays alive") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node();
  const auto http = on.http();
  on.daemon.stop();
  CHECK(eventually([&] { return http.get("/api/v1/health/events").status == 503; }));
  CHECK(events_of(http).at("connected") == false);
  CHECK(status_of(http, "/api/v1/health/events") == "unhealthy");
  CHECK(eventually([&] { return http.get("/api/v1/health").status == 503; }));
  CHECK(http.get("/api/v1/health").json().at("checks").at("docker").at("status") == "unhealthy");
  CHECK(http.get("/api/v1/health").json().at("checks").at("database").at("status") == "healthy");
  CHECK(http.get("/api/v1/health/live").status == 200);
  CHECK(http.post("/api/v1/health/events/reconcile?type=full").status == 503);
  CHECK(http.metrics()["volumeviz_events_docker_events_connection_status"] == 0);

  on.daemon.start();
  CHECK(eventually([&] { return http.get("/api/v1/health").status == 200; }));
  CHECK(events_of(http).at("reconnects_total").to_number<int>() >= 1);
  CHECK(events_of(http).at("last_reconnect_timestamp").is_number());
  CHECK(http.metrics()["volumeviz_events_docker_events_connection_status"] == 1);
}

TEST_CASE("a hung daemon and its recovery are detected") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node();
  const auto http = on.http();
  on.daemon.pause();
  CHECK(eventually([&] { return status_of(http, "/api/v1/health/events") == "unhealthy"; },
                   seconds{30}));
  on.daemon.resume();
  on.docker.create_volume("after-the-hang");
  CHECK(on.disagreement(seconds{15}) == "");
  CHECK(eventually([&] { return status_of(http, "/api/v1/health") == "healthy"; }, seconds{15}));
}

TEST_CASE("a node with the events system off serves only health and metrics") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.docker.create_volume("unseen");
  on.start_node({{"EVENTS_ENABLED", "false"}});
  const auto http = on.http();
  CHECK(status_of(http, "/api/v1/health/events") == "not_configured");
  CHECK(http.get("/api/v1/health/events").status == 200);
  CHECK(http.get("/api/v1/health/events").json().at("connected") == false);
  // The first ping of the database is a moment after the start.
  CHECK(eventually([&] { return status_of(http, "/api/v1/health") == "healthy"; }, seconds{3}));
  CHECK(http.get("/api/v1/health").status == 200);
  CHECK(http.get("/api/v1/health/live").status == 200);
  CHECK(http.metrics().has("volumeviz_events_docker_events_queue_size"));
  CHECK(http.post("/api/v1/health/events/reconcile?type=full").status == 503);
  CHECK(http.get("/api/v1/volumes").json().at("items").as_array().empty());
  CHECK(on.docker.info().at("NEventsListener") == 0);
  CHECK(on.node().log().find("EVENTS_ENABLED") != std::string::npos);
}
