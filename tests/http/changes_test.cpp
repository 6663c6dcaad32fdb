#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;

namespace {

const std::string path = "/api/v1/changes";

/// A server of a node with rows and a history.
struct scene {
  fakes::node node;
  fakes::inventory rows;
  fakes::past past;
  std::unique_ptr<http::server> server = fakes::serve(node, &rows, {}, "127.0.0.1", &past);

  raw_answer_read get(const std::string& target) {
    auto answer = ask(server->port(), "GET", target);
    REQUIRE(answer.has_value());
    return *answer;
  }
};

persistence::change_row a_change() {
  persistence::change_row x;
  x.id = 41;
  x.host = "web-1";
  x.kind = "mount";
  x.operation = "create";
  x.volume_id = "shop_data";
  x.container_id = "c1";
  x.mount_path = "/da\"ta";
  x.name = "shop-web";
  x.image = "nginx";
  x.at = "2026-11-28T10:00:00.000000Z";
  x.source = "reconciliation";
  x.new_row = R"({"access_mode": "rw"})";
  x.recorded_at = "2026-11-28T10:00:01.000000Z";
  return x;
}

} // namespace

TEST_CASE("a page of changes has each column, null where it does not apply, and the next cursor") {
  scene on;
  persistence::change_row bare;
  bare.kind = "volume";
  bare.operation = "remove";
  bare.source = "client";
  on.past.page.items = {a_change(), bare};
  on.past.page.next = 41;
  const auto answer = on.get(path);
  CHECK(answer.status == 200);
  const auto json = boost::json::parse(answer.body);
  CHECK(json.at("next") == "41");
  CHECK(json.at("items").at(0) == boost::json::parse(R"({
    "id": 41, "host": "web-1", "kind": "mount", "operation": "create", "volume_id": "shop_data",
    "container_id": "c1", "mount_path": "/da\"ta", "name": "shop-web", "image": "nginx",
    "at": "2026-11-28T10:00:00.000000Z", "not_before": null, "source": "reconciliation",
    "old": null, "new": {"access_mode": "rw"}, "recorded_at": "2026-11-28T10:00:01.000000Z"})"));
  CHECK(json.at("items").at(1).at("volume_id").is_null());
  CHECK(json.at("items").at(1).as_object().size() == 15);
  on.past.page = {};
  CHECK(on.get(path).body == R"({"items":[],"next":null})");
}

TEST_CASE("the parameters of changes reach the history, newest first unless asked otherwise") {
  scene on;
  on.get(path);
  CHECK_FALSE(on.past.last.ascending);
  CHECK(on.past.last.limit == 100);
  on.get(path
         + "?host=h%201&kind=mount&operation=remove&volume=v&container=web&source=event&after=7&"
           "before=90&order=asc&limit=3");
  const auto& asked = on.past.last;
  CHECK(asked.which.host == "h 1");
  CHECK(asked.which.kind == "mount");
  CHECK(asked.which.operation == "remove");
  CHECK(asked.which.volume == "v");
  CHECK(asked.which.container == "web");
  CHECK(asked.which.source == "event");
  CHECK(asked.after == 7);
  CHECK(asked.before == 90);
  CHECK(asked.ascending);
  CHECK(asked.limit == 3);
}

TEST_CASE("what changes can't be asked for is 400, with what is allowed") {
  scene on;
  for (const auto& [query, allowed] : std::vector<std::pair<std::string, std::string>>{
           {"kind=host", "volume, container or mount"},
           {"operation=delete", "create, update or remove"},
           {"source=docker", "event, reconciliation or client"},
           {"order=up", "asc (oldest first) or desc"},
           {"after=x", "'after' must be a cursor"},
           {"before=-1", "'before' must be a cursor"},
           {"after=1.5", "'after' must be a cursor"},
           {"after=99999999999999999999", "'after' must be a cursor"},
           {"after=", "'after' must be a cursor"},
           {"limit=1001", "1 to 1000"},
           {"cursor=x", "allowed are: host, kind, operation, volume, container, source, after"}}) {
    const auto answer = on.get(path + "?" + query);
    CAPTURE(query);
    CHECK(answer.status == 400);
    CHECK_MESSAGE(answer.body.find(allowed) != std::string::npos, answer.body);
  }
  on.past.state = fail(ec::bad_request, "no change has had the cursor 99 yet");
  CHECK(on.get(path + "?after=99").status == 400);
  on.past.state = fail(ec::store_unreachable, "the database does not answer");
  CHECK(on.get(path).status == 503);
}

TEST_CASE("a moment reaches the lists of rows as ISO 8601 with any offset, or as Unix seconds") {
  scene on;
  const timestamp ten = 1'795'860'000 * nanos_per_second; // 2026-11-28T10:00:00Z
  for (const auto* list : {"/api/v1/volumes", "/api/v1/containers", "/api/v1/mounts"}) {
    for (const auto& [text, at] : std::vector<std::pair<std::string, timestamp>>{
             {"2026-11-28T10:00:00Z", ten},
             {"2026-11-28T11:00:00%2B01:00", ten},
             {"2026-11-28T11:00:00+01:00", ten},
             {"2026-11-28T10:00:00.123456789Z", ten + 123'456'789},
             {"1795860000", ten},
             {"1795860000.25", ten + nanos_per_second / 4}}) {
      CAPTURE(text);
      CHECK(on.get(std::string{list} + "?at=" + text).status == 200);
      CHECK(on.rows.last().at == at);
    }
    for (const auto* odd : {"", "now", "2026-11-28", "2026-11-28T10:00:00", "-1", "1e9", "12.",
                            "9999999999999", "1795860000.x"}) {
      const auto answer = on.get(std::string{list} + "?at=" + odd);
      CAPTURE(std::string{odd});
      CHECK(answer.status == 400);
      CHECK(answer.body.find("ISO 8601") != std::string::npos);
    }
    on.get(list);
    CHECK(on.rows.last().at == std::nullopt);
  }
  CHECK(on.get("/api/v1/hosts?at=1795860000").status == 400);
  on.rows.state = fail(ec::bad_request, "the history begins at 2026-11-28T10:00:00Z");
  CHECK(on.get("/api/v1/volumes?at=1795860000").status == 400);
}

TEST_CASE("every volume has who used it last, but none as of a moment") {
  scene on;
  on.rows.volume_page.items.resize(3);
  on.rows.volume_page.items[0].usage = {"2026-11-28T10:00:00.000000Z", "c1", "web", "nginx", ""};
  on.rows.volume_page.items[1].usage = persistence::volume_usage{};
  const auto items = boost::json::parse(on.get("/api/v1/volumes").body).at("items");
  CHECK(items.at(0).at("last_used_at") == "2026-11-28T10:00:00.000000Z");
  CHECK(items.at(0).at("last_used_by")
        == boost::json::value{{"container_id", "c1"}, {"name", "web"}, {"image", "nginx"}});
  CHECK(items.at(0).at("orphaned_since").is_null());
  for (const auto* name : {"last_used_at", "last_used_by", "orphaned_since"}) {
    CHECK(items.at(1).at(name).is_null());
    CHECK_FALSE(items.at(2).as_object().contains(name)); // rows of the past
  }
}

TEST_CASE("without a history its paths are 404 with the reason, and lists of today are answered") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows);
  for (const auto& target : {path, std::string{"/api/v1/volumes?at=1795860000"}}) {
    const auto answer = ask(server->port(), "GET", target);
    REQUIRE(answer.has_value());
    CHECK(answer->status == 404);
    CHECK(answer->body.find("HISTORY_RETENTION is 0") != std::string::npos);
  }
  CHECK(ask(server->port(), "GET", "/api/v1/volumes")->status == 200);
  auto agent = fakes::serve(node, nullptr);
  CHECK(ask(agent->port(), "GET", path)->status == 404);
  CHECK(ask(agent->port(), "GET", path)->body.find("HUB_ADDRESS") != std::string::npos);
}

TEST_CASE("one resource is answered as in its list, a container with its mounts") {
  scene on;
  on.rows.volume_page.items.resize(1);
  on.rows.volume_page.items[0].volume_id = "v1";
  on.rows.volume_page.items[0].usage = persistence::volume_usage{};
  on.rows.container_page.items.resize(1);
  on.rows.container_page.items[0].container_id = "c1";
  on.rows.mount_page.items.resize(1);
  on.rows.mount_page.items[0].mount_path = "/data";
  on.rows.mount_page.items[0].access_mode = "rw";
  const auto volume = boost::json::parse(on.get("/api/v1/hosts/web%201/volumes/v1").body);
  CHECK(volume.at("volume_id") == "v1");
  CHECK(on.rows.last().host == "web 1");
  CHECK(on.rows.last().volume == "v1");
  const auto container = boost::json::parse(on.get("/api/v1/hosts/web%201/containers/c").body);
  CHECK(container.at("mounts").at(0).at("mount_path") == "/data");
  CHECK(on.rows.last().container == "c1");
  on.rows.container_page.items.resize(2);
  CHECK(on.get("/api/v1/hosts/a/containers/0123456789ab").status == 400);
  CHECK(on.get("/api/v1/hosts/a/volumes/v?at=1").status == 400);
  CHECK(ask(on.server->port(), "POST", "/api/v1/hosts/a/volumes/v")->status == 405);
  for (const auto* odd : {"/api/v1/hosts//volumes/v", "/api/v1/hosts/a/volumes/",
                          "/api/v1/hosts/a/mounts/v", "/api/v1/hosts/a"})
    CHECK(on.get(odd).status == 404);
}

TEST_CASE("a resource that is not there is 404, with when it was removed if the history knows") {
  scene on;
  for (const auto* target : {"/api/v1/hosts/a/volumes/v", "/api/v1/hosts/a/containers/c"}) {
    on.past.gone_at = std::string{};
    CHECK(on.get(target).status == 404);
    CHECK(on.get(target).body.find("gone_at") == std::string::npos);
    on.past.gone_at = std::string{"2026-11-28T10:00:00Z"};
    CHECK(on.get(target).status == 404);
    CHECK(on.get(target).body.find(R"("gone_at":"2026-11-28T10:00:00Z")") != std::string::npos);
  }
}

TEST_CASE("the history says where it begins, of all hosts or of one") {
  scene on;
  CHECK(on.get("/api/v1/history").body == R"({"begins_at":null})");
  CHECK(on.past.asked_host.empty());
  on.past.begins_at = "2026-11-28T10:00:00.000000Z";
  CHECK(on.get("/api/v1/history?host=h%201").body
        == R"({"begins_at":"2026-11-28T10:00:00.000000Z"})");
  CHECK(on.past.asked_host == "h 1");
  CHECK(on.get("/api/v1/history?host=a&host=b").status == 400);
  on.past.state = fail(ec::store_unreachable, "the database does not answer");
  CHECK(on.get("/api/v1/history").status == 503);
}
