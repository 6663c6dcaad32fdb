// Paths that answer differently on a hub and on an agent.

#include "http/health_json.hpp"
#include "http/host_page.hpp"
#include "http/row_json.hpp"
#include "persistence/store.hpp"
#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"
#include "tests/support/scratch.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

using namespace volumeviz;

namespace {

constexpr timestamp second = 1'000'000'000;
constexpr timestamp now = 1'714'564'800 * second; // 2024-05-01T12:00:00Z

host_report reporting(const std::string& name) {
  host_report host;
  host.host = name;
  host.connected = host.stream_connected = true;
  host.since = now - 60 * second;
  host.program_version = "1.2.3";
  host.engine_id = "engine of " + name;
  host.engine_version = "28.5";
  host.status = health_status::degraded;
  host.queue_size = 4;
  host.last_heard = now - second;
  host.verified_at = now - 3 * second;
  host.reasons = {"No event for long."};
  return host;
}

persistence::page<persistence::host_row> page_of(const std::vector<std::string>& hosts) {
  persistence::page<persistence::host_row> page;
  for (const auto& x : hosts)
    page.items.push_back({.host = x,
                          .engine_id = "e",
                          .engine_version = "28",
                          .first_seen_at = "2024-01-01T00:00:00Z",
                          .last_seen_at = {},
                          .verified_at = {}});
  return page;
}

/// The only item of this page, as an object.
boost::json::object only_item(const std::string& json) {
  const auto page = boost::json::parse(json);
  REQUIRE(page.at("items").as_array().size() == 1);
  return page.at("items").as_array().front().as_object();
}

std::vector<std::string> names_in(const boost::json::value& page) {
  std::vector<std::string> names;
  for (const auto& item : page.at("items").as_array())
    names.emplace_back(item.at("host").as_string());
  return names;
}

using names = std::vector<std::string>;

} // namespace

TEST_CASE("a host of a hub has the row's columns and what the hub knows of it") {
  const auto text = http::page_json(page_of({"a"}), {reporting("a")}, now);
  CHECK(
      text
      == R"({"items":[{"host":"a","engine_id":"e","engine_version":"28",)"
         R"("first_seen_at":"2024-01-01T00:00:00Z","last_seen_at":null,"verified_at":null,)"
         R"("status":"connected","since":"2024-05-01T11:59:00.000000000Z","away_because":null,)"
         R"("lag_seconds":3,"agent_version":"1.2.3",)"
         R"("last_heard_at":"2024-05-01T11:59:59.000000000Z","agent_status":"degraded",)"
         R"("stream_connected":true,"queue_size":4,"reasons":["No event for long."]}],"next":null})");
}

TEST_CASE("an away host shows no values of its last report") {
  auto away = reporting("a");
  away.connected = false;
  away.away_reason = "the connection has ended";
  const auto item = only_item(http::page_json(page_of({"a"}), {away}, now));
  CHECK(item.at("status") == "away");
  CHECK(item.at("away_because") == "the connection has ended");
  CHECK(item.at("lag_seconds") == 3);
  CHECK(item.at("agent_version") == "1.2.3");
  CHECK(item.at("last_heard_at") == "2024-05-01T11:59:59.000000000Z");
  for (const auto* key : {"agent_status", "stream_connected", "queue_size"})
    CHECK(item.at(key).is_null());
  CHECK(item.at("reasons").as_array().empty());
}

TEST_CASE("unknown values are null, and a lag is never negative") {
  host_report fresh;
  fresh.host = "a";
  fresh.connected = true;
  auto item = only_item(http::page_json(page_of({"a"}), {fresh}, now));
  CHECK(item.at("status") == "connected");
  for (const auto* key : {"since", "away_because", "lag_seconds", "agent_version", "last_heard_at",
                          "agent_status", "stream_connected", "queue_size"}) {
    CAPTURE(key);
    CHECK(item.at(key).is_null());
  }
  item =
      only_item(http::page_json(page_of({"a"}), {}, now)); // a row of which the hub knows nothing
  CHECK(item.at("status") == "away");
  CHECK(item.at("away_because").is_string());
  item = only_item(http::page_json(page_of({"a"}), {reporting("a")}, now - 600 * second));
  CHECK(item.at("lag_seconds") == 0);
}

TEST_CASE("hosts without a row are listed where their row will be, on every page") {
  const support::scratch_folder folder;
  const persistence::database where{.url = "sqlite://" + (folder / "inventory.db")};
  auto store = persistence::open_store(where);
  REQUIRE(store);
  for (const auto* host : {"B", "b", "d", "h"}) {
    change_batch batch;
    batch.host = host;
    batch.facts.engine_id = "e";
    REQUIRE((*store)->apply({batch}));
  }
  auto rows = persistence::open_inventory(where);
  REQUIRE(rows);
  fakes::node node;
  node.own_role = node_role::hub;
  node.fleet->clear();
  for (const auto* host : {"a", "b", "c", "d", "e", "f", "g", "i"})
    node.fleet->push_back(reporting(host));
  auto server = fakes::serve(node, rows->get());
  const auto get = [&](const std::string& query) {
    const auto answer = ask(server->port(), "GET", "/api/v1/hosts" + query);
    REQUIRE(answer);
    REQUIRE_MESSAGE(answer->status == 200, answer->body);
    return boost::json::parse(answer->body);
  };
  const names all{"B", "a", "b", "c", "d", "e", "f", "g", "h", "i"};
  for (const std::size_t limit : {1U, 2U, 3U, 4U, 9U, 10U, 1000U}) {
    CAPTURE(limit);
    names seen;
    std::string cursor;
    do {
      const auto page = get("?limit=" + std::to_string(limit) + "&cursor=" + cursor);
      const auto some = names_in(page);
      CHECK(some.size() <= limit);
      seen.insert(seen.end(), some.begin(), some.end());
      cursor = page.at("next").is_null() ? "" : std::string{page.at("next").as_string()};
    } while (!cursor.empty() && seen.size() < 50);
    CHECK(seen == all);
  }
  CHECK(names_in(get("?host=c")) == names{"c"});
  CHECK(names_in(get("?host=d")) == names{"d"});
  CHECK(names_in(get("?host=nobody")).empty());
  const auto c = get("?host=c").at("items").at(0);
  CHECK(c.at("engine_id") == "engine of c");
  CHECK(c.at("first_seen_at").is_null());
  CHECK(c.at("status") == "connected");
  const auto h = get("?host=h").at("items").at(0);
  CHECK(h.at("status") == "away");
}

TEST_CASE("a standalone node's hosts have no status of a fleet") {
  fakes::node node;
  fakes::inventory rows;
  rows.host_page = page_of({"a"});
  node.fleet->push_back(reporting("b"));
  auto server = fakes::serve(node, &rows);
  const auto answer = ask(server->port(), "GET", "/api/v1/hosts");
  REQUIRE(answer);
  CHECK(answer->body.find("\"status\"") == std::string::npos);
  CHECK(answer->body.find("\"b\"") == std::string::npos);
}

TEST_CASE("a host's verified_at is the latest that the row or the node knows") {
  fakes::node node;
  fakes::inventory rows;
  rows.host_page = page_of({"a", "b"});
  auto server = fakes::serve(node, &rows);
  const auto verified = [&](std::size_t at) {
    const auto page = boost::json::parse(ask(server->port(), "GET", "/api/v1/hosts")->body);
    const auto& value = page.at("items").at(at).at("verified_at");
    return value.is_null() ? std::string{"null"} : std::string{value.as_string()};
  };
  node.report->events.verified_at = now; // of "a", which this node is
  CHECK(verified(0) == "2024-05-01T12:00:00.000000000Z");
  CHECK(verified(1) == "null");
  rows.host_page.items[0].verified_at = "2024-05-01T12:00:01.000000Z"; // by another node
  CHECK(verified(0) == "2024-05-01T12:00:01.000000Z");
  node.report->events.verified_at = never;
  CHECK(verified(0) == "2024-05-01T12:00:01.000000Z");
  node.report = fail(ec::internal, "the health reporter does not answer");
  CHECK(verified(0) == "2024-05-01T12:00:01.000000Z");
  node.own_role = node_role::hub;
  node.fleet->push_back(reporting("b"));
  CHECK(verified(1) == "2024-05-01T11:59:57.000000000Z");
}

TEST_CASE(
    "a hub whose roster or database does not answer reports an error, not half of the hosts") {
  fakes::node node;
  fakes::inventory rows;
  node.own_role = node_role::hub;
  auto server = fakes::serve(node, &rows);
  CHECK(ask(server->port(), "GET", "/api/v1/hosts")->body == R"({"items":[],"next":null})");
  node.fleet = fail(ec::internal, "the fleet roster does not answer");
  auto answer = ask(server->port(), "GET", "/api/v1/hosts");
  CHECK(answer->status == 503);
  CHECK(answer->body == R"({"error":"the fleet roster does not answer"})");
  CHECK(ask(server->port(), "GET", "/api/v1/volumes")->status == 200);
  rows.state = fail(ec::store_unreachable, "the database does not answer");
  answer = ask(server->port(), "GET", "/api/v1/hosts");
  CHECK(answer->body == R"({"error":"the database does not answer"})");
  rows.state = fail(ec::bad_request, "that cursor is not one of ours");
  CHECK(ask(server->port(), "GET", "/api/v1/hosts?cursor=x")->status == 400);
  CHECK(ask(server->port(), "GET", "/api/v1/hosts?limit=0")->status == 400);
}

TEST_CASE("on a hub every list can be narrowed to one host") {
  fakes::node node;
  fakes::inventory rows;
  node.own_role = node_role::hub;
  auto server = fakes::serve(node, &rows);
  for (const auto* list : {"volumes", "containers", "mounts", "hosts"}) {
    CAPTURE(list);
    CHECK(ask(server->port(), "GET", std::string{"/api/v1/"} + list + "?host=web-1")->status
          == 200);
    CHECK(rows.last().host == "web-1");
  }
}

TEST_CASE(
    "an agent answers requests for rows with the address of its hub, and reconciles on demand") {
  fakes::node node;
  node.own_role = node_role::agent;
  auto server = fakes::serve(node, nullptr);
  for (const auto* list : {"volumes", "containers", "mounts", "hosts"}) {
    const auto answer = ask(server->port(), "GET", std::string{"/api/v1/"} + list);
    CHECK(answer->status == 404);
    CHECK(answer->body.find("HUB_ADDRESS") != std::string::npos);
  }
  CHECK(ask(server->port(), "POST", "/api/v1/health/events/reconcile")->status == 202);
  CHECK(ask(server->port(), "GET", "/metrics")->status == 200);
  CHECK(ask(server->port(), "GET", "/api/v1/actors")->status == 200);
}

TEST_CASE("a healthy check may have reasons, too") {
  auto report = fakes::healthy_report();
  report.checks.push_back({"hosts", health_status::healthy, {"No host has reported yet."}});
  CHECK(http::health_json(report).find(
            R"("hosts":{"status":"healthy","reasons":["No host has reported yet."]})")
        != std::string::npos);
}
