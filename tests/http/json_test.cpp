#include "http/health_json.hpp"
#include "http/row_json.hpp"
#include "tests/http/fakes.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;

TEST_CASE("health has the documented keys in the documented order") {
  auto report = fakes::healthy_report();
  CHECK(
      http::events_json(report)
      == R"({"status":"healthy","connected":true,"queue_size":0,"processed_total":1250,"errors_total":2,)"
         R"("dropped_total":0,"reconnects_total":1,"last_event_timestamp":1640995180,"last_event_age_seconds":19,)"
         R"("last_reconnect_timestamp":1640994800,"reconciliation_runs":{"full":5,"volumes":12,"containers":12},)"
         R"("verified_at":1640995190,"staleness_seconds":10,"reasons":[]})");
  CHECK(http::health_json(report)
        == R"({"status":"healthy","timestamp":1640995200,"checks":{"docker":{"status":"healthy"},)"
           R"("database":{"status":"healthy"},"events":)"
               + http::events_json(report) + "}}");
}

TEST_CASE("times of events that have not happened are null in health") {
  health_report report;
  report.now = 1'640'995'200'000'000'000;
  report.events.status = health_status::not_configured;
  const auto text = http::events_json(report);
  for (const auto* null : {R"("last_event_timestamp":null)", R"("last_event_age_seconds":null)",
                           R"("last_reconnect_timestamp":null)", R"("verified_at":null)",
                           R"("staleness_seconds":null)", R"("status":"not_configured")"})
    CHECK(text.find(null) != std::string::npos);
}

TEST_CASE("an event of a daemon whose clock runs ahead has no negative age") {
  auto report = fakes::healthy_report();
  report.events.last_event = report.now + 5'000'000'000;
  CHECK(http::events_json(report).find(R"("last_event_age_seconds":0)") != std::string::npos);
}

TEST_CASE("a check that is not healthy has reasons") {
  auto report = fakes::healthy_report();
  report.status = health_status::unhealthy;
  report.checks[1] = {"database", health_status::unhealthy, {"it said \"no\""}};
  CHECK(http::health_json(report).find(
            R"("database":{"status":"unhealthy","reasons":["it said \"no\""]})")
        != std::string::npos);
}

TEST_CASE("a volume's row has the table's columns and the containers that mount it") {
  persistence::page<persistence::volume_row> page;
  persistence::volume_row row;
  row.host = "h";
  row.volume_id = "v\"1";
  row.name = "v\"1";
  row.driver = "local";
  row.mountpoint = "/m";
  row.labels = R"({"a":"b"})";
  row.options = "{}";
  row.scope = "local";
  row.status = "";
  row.created_at = "2024-05-01T10:20:30.000000000Z";
  row.containers = {{"c1", "web", "exited", "/data", "ro"}};
  page.items = {row};
  page.next = "abc";
  CHECK(
      http::page_json(page)
      == R"({"items":[{"host":"h","volume_id":"v\"1","name":"v\"1","driver":"local","mountpoint":"/m",)"
         R"("labels":{"a":"b"},"options":{},"scope":"local","status":"","is_active":true,)"
         R"("created_at":"2024-05-01T10:20:30.000000000Z","updated_at":null,"containers":[{"container_id":"c1",)"
         R"("name":"web","state":"exited","mount_path":"/data","access_mode":"ro"}]}],"next":"abc"})");
}

TEST_CASE("containers, mounts and hosts have their tables' columns") {
  persistence::page<persistence::container_row> containers;
  containers.items.resize(1);
  containers.items[0].container_id = "c1";
  containers.items[0].labels = "{}";
  CHECK(
      http::page_json(containers)
      == R"({"items":[{"host":"","container_id":"c1","name":"","image":"","state":"","status":"","labels":{},)"
         R"("started_at":null,"finished_at":null,"is_active":false,"created_at":null,"updated_at":null}],)"
         R"("next":null})");
  persistence::page<persistence::mount_row> mounts;
  mounts.items.resize(1);
  mounts.items[0].access_mode = "rw";
  CHECK(
      http::page_json(mounts)
      == R"({"items":[{"host":"","volume_id":"","container_id":"","mount_path":"","access_mode":"rw",)"
         R"("is_active":true,"created_at":null,"updated_at":null}],"next":null})");
  persistence::page<persistence::host_row> hosts;
  hosts.items.resize(1);
  hosts.items[0].verified_at = "2024-05-01T10:20:30Z";
  CHECK(
      http::page_json(hosts)
      == R"({"items":[{"host":"","engine_id":"","engine_version":"","first_seen_at":null,"last_seen_at":null,)"
         R"("verified_at":"2024-05-01T10:20:30Z"}],"next":null})");
}

TEST_CASE("labels that are not a JSON object become an empty object") {
  for (const auto* text : {"", "null", "[1]", "{", "\"x\"", "{}{}"}) {
    persistence::page<persistence::container_row> page;
    page.items.resize(1);
    page.items[0].labels = text;
    CHECK(http::page_json(page).find(R"("labels":{})") != std::string::npos);
  }
}

TEST_CASE("an empty page has no items and no cursor") {
  CHECK(http::page_json(persistence::page<persistence::host_row>{})
        == R"({"items":[],"next":null})");
}

TEST_CASE("an actor without parent or limit has null there") {
  actor_report node;
  node.name = "node";
  node.state = "running";
  actor_report handler;
  handler.name = "volume_handler";
  handler.parent = "node";
  handler.state = "running";
  handler.restarts = 1;
  handler.mailbox = 2;
  handler.mailbox_limit = 1000;
  handler.handled = 3;
  handler.dropped = 4;
  handler.busy_ms = 5;
  CHECK(
      http::actors_json({node, handler})
      == R"({"items":[{"name":"node","parent":null,"state":"running","restarts":0,"mailbox":0,)"
         R"("mailbox_limit":null,"handled":0,"dropped":0,"busy_ms":0},{"name":"volume_handler","parent":"node",)"
         R"("state":"running","restarts":1,"mailbox":2,"mailbox_limit":1000,"handled":3,"dropped":4,"busy_ms":5}]})");
}
