// The HTTP API with real rows: pages, filters, errors, authorisation.
#include "tests/stage/stage.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace volumeviz::integration;
using namespace volumeviz::support;

namespace json = boost::json;

namespace {

std::set<std::string> names(const json::value& page) {
  std::set<std::string> result;
  for (const auto& x : page.at("items").as_array())
    result.insert(std::string{x.at("name").as_string()});
  return result;
}

/// Follows the cursors, and returns the sizes of the pages, too.
std::pair<std::set<std::string>, std::vector<std::size_t>> all_pages(const http_probe& http,
                                                                     const std::string& path) {
  std::pair<std::set<std::string>, std::vector<std::size_t>> result;
  std::string cursor;
  do {
    const auto page = http.get(path + cursor).json();
    for (const auto& x : names(page))
      result.first.insert(x);
    result.second.push_back(page.at("items").as_array().size());
    cursor = page.at("next").is_null() ? "" : "&cursor=" + std::string{page.at("next").as_string()};
  } while (!cursor.empty() && result.second.size() < 100);
  return result;
}

bool is_error(const http_probe::answer& x, int status) {
  const auto body = x.json();
  return x.status == status && body.is_object() && body.as_object().contains("error");
}

void pages_and_filters(database_kind kind) {
  stage on{kind};
  for (int i = 0; i < 23; ++i)
    on.docker.create_volume("v" + std::to_string(i), {{"parity", i % 2 ? "odd" : "even"}});
  const auto user =
      on.docker.run({.name = "user", .mounts = {{"v1", "/one"}, {"v2", "/two", true}}});
  const auto stopped =
      on.docker.create_container({.name = "stopped", .mounts = {{"v3", "/three"}}});
  on.start_node();
  REQUIRE(on.disagreement() == "");
  const auto http = on.http();

  const auto [everything, sizes] = all_pages(http, "/api/v1/volumes?limit=10");
  CHECK(everything.size() == 23);
  CHECK(sizes == std::vector<std::size_t>{10, 10, 3});
  CHECK(names(http.get("/api/v1/volumes?label=parity=odd").json()).size() == 11);
  CHECK(names(http.get("/api/v1/volumes?driver=local&limit=1000").json()).size() == 23);
  CHECK(names(http.get("/api/v1/volumes?driver=other").json()).empty());
  CHECK(names(http.get("/api/v1/volumes?host=elsewhere").json()).empty());
  const auto orphans = names(http.get("/api/v1/volumes?orphaned=true").json());
  CHECK(orphans.size() == 20);
  CHECK_FALSE(orphans.contains("v3")); // mounted by a container that does not run
  const auto all = http.get("/api/v1/volumes?label=parity=even&limit=1000").json();
  for (const auto& x : all.at("items").as_array())
    if (x.at("name") == "v2") {
      REQUIRE(x.at("containers").as_array().size() == 1);
      const auto& by = x.at("containers").as_array()[0];
      CHECK(std::string_view{by.at("container_id").as_string()} == user);
      CHECK(by.at("mount_path") == "/two");
      CHECK(by.at("access_mode") == "ro");
    }

  CHECK(names(http.get("/api/v1/containers").json()) == std::set<std::string>{"user", "stopped"});
  CHECK(http.get("/api/v1/mounts?limit=2").json().at("items").as_array().size() == 2);
  CHECK_FALSE(http.get("/api/v1/mounts?limit=2").json().at("next").is_null());
  const auto hosts = http.get("/api/v1/hosts").json().at("items").as_array();
  REQUIRE(hosts.size() == 1);
  CHECK(hosts[0].at("host") == on.host);
  CHECK(hosts[0].at("engine_id") == on.docker.info().at("ID"));

  for (const char* bad : {"limit=0", "limit=1001", "limit=x", "limit=-1", "cursor=%00",
                          "cursor=nonsense", "label=", "orphaned=maybe"})
    CHECK_MESSAGE(is_error(http.get(std::string{"/api/v1/volumes?"} + bad), 400), bad);
}

} // namespace

ON_BOTH_DATABASES("lists come in pages and can be filtered", pages_and_filters)

TEST_CASE("unknown paths, wrong methods and wrong parameters are answered as errors") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node();
  const auto http = on.http();
  CHECK(is_error(http.get("/nowhere"), 404));
  CHECK(is_error(http.get("/api/v1/nothing"), 404));
  for (const char* path : {"/api/v1/volumes", "/api/v1/health", "/metrics"})
    for (const char* method : {"POST", "PUT", "DELETE", "PATCH"})
      CHECK_MESSAGE(is_error(http.ask(method, path), 405), method, " ", path);
  CHECK(is_error(http.get("/api/v1/health/events/reconcile"), 405));
  CHECK(is_error(http.post("/api/v1/health/events/reconcile?type=everything"), 400));
  const auto head = http.ask("HEAD", "/api/v1/health");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  for (const char* kind : {"full", "volumes", "containers"}) {
    const auto answer = http.post(std::string{"/api/v1/health/events/reconcile?type="} + kind);
    CHECK(answer.status == 202);
    CHECK(answer.json().at("type") == kind);
  }
  CHECK(is_error(http.ask("POST", "/api/v1/health", {}, std::string(2'000'000, 'x')), 413));
  CHECK(http.get("/api/v1/health/live").status == 200);
}

TEST_CASE("the actor tree is served") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node({{"EVENTS_QUEUE_SIZE", "77"}});
  const auto body = on.http().get("/api/v1/actors").json();
  const auto& items = body.is_array() ? body.as_array() : body.at("items").as_array();
  std::set<std::string> found;
  for (const auto& x : items) {
    found.insert(std::string{x.at("name").as_string()});
    for (const char* field :
         {"parent", "state", "restarts", "mailbox", "mailbox_limit", "handled", "busy_ms"})
      CHECK_MESSAGE(x.as_object().contains(field), field);
  }
  for (const char* name :
       {"stream_supervisor", "stream_reader", "volume_handler", "container_handler",
        "inventory_store", "reconciler", "metrics_aggregator", "health_reporter"})
    CHECK_MESSAGE(found.contains(name), name);
}

TEST_CASE("with a token every path except live and ready requires it") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  const std::string token = "correct-horse-battery";
  on.start_node({{"HTTP_AUTH_TOKEN", token}});
  const auto stranger = on.http();
  for (const char* path : {"/api/v1/health", "/api/v1/health/events", "/metrics", "/api/v1/volumes",
                           "/api/v1/actors", "/health", "/nowhere"})
    CHECK_MESSAGE(is_error(stranger.get(path), 401), path);
  CHECK(is_error(stranger.post("/api/v1/health/events/reconcile?type=full"), 401));
  CHECK(is_error(on.http("wrong").get("/api/v1/health"), 401));
  CHECK(is_error(on.http(token + "x").get("/api/v1/health"), 401));
  CHECK(stranger.get("/api/v1/health/live").status == 200);
  CHECK(stranger.get("/api/v1/health/ready").status == 200);
  CHECK(on.http(token).get("/api/v1/health").status == 200);
  CHECK(on.http(token).get("/metrics").status == 200);
}
