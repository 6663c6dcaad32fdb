#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <vector>

using namespace volumeviz;

namespace {

const std::vector<std::string> get_paths{
    "/",
    "/api/v1/health",
    "/health",
    "/api/v1/health/events",
    "/health/events",
    "/api/v1/health/live",
    "/health/live",
    "/api/v1/health/ready",
    "/health/ready",
    "/metrics",
    "/api/v1/volumes",
    "/api/v1/containers",
    "/api/v1/mounts",
    "/api/v1/hosts",
    "/api/v1/actors",
    "/api/v1/openapi.json",
};
const std::string reconcile = "/api/v1/health/events/reconcile";

bool is_error(const std::optional<raw_answer_read>& answer) {
  return answer && answer->body.rfind(R"({"error":")", 0) == 0
         && answer->headers.at("content-type") == "application/json";
}

} // namespace

TEST_CASE("every path answers GET with 200 and its type, and no data is ever cached") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows);
  for (const auto& path : get_paths) {
    CAPTURE(path);
    const auto answer = ask(server->port(), "GET", path);
    REQUIRE(answer.has_value());
    CHECK(answer->status == 200);
    const bool of_build = path == "/" || path == "/api/v1/openapi.json";
    CHECK(answer->headers.at("cache-control") == (of_build ? "no-cache" : "no-store"));
    CHECK(answer->headers.at("x-content-type-options") == "nosniff");
    CHECK(answer->headers.at("content-type")
          == (path == "/"          ? "text/html; charset=utf-8"
              : path == "/metrics" ? "text/plain; version=0.0.4; charset=utf-8"
                                   : "application/json"));
    CHECK(answer->body.size() > 1);
  }
}

TEST_CASE("HEAD answers as GET does, without the body") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows);
  for (const auto& path : get_paths) {
    CAPTURE(path);
    raw_client client{server->port()};
    client.send("GET " + path + " HTTP/1.1\r\n\r\n");
    const auto get = client.read();
    client.send("HEAD " + path + " HTTP/1.1\r\n\r\nGET /health/live HTTP/1.1\r\n\r\n");
    const auto head = client.read(true);
    REQUIRE(get.has_value());
    REQUIRE(head.has_value());
    CHECK(head->status == 200);
    CHECK(head->headers.at("content-length") == get->headers.at("content-length"));
    CHECK(head->headers.at("content-type") == get->headers.at("content-type"));
    const auto next = client.read(); // no body came between
    REQUIRE(next.has_value());
    CHECK(next->status == 200);
  }
}

TEST_CASE("a known path with another method is 405 and says what is allowed") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows);
  for (const auto* method : {"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"})
    for (const auto& path : get_paths) {
      CAPTURE(method);
      CAPTURE(path);
      const auto answer = ask(server->port(), method, path);
      REQUIRE(is_error(answer));
      CHECK(answer->status == 405);
      CHECK(answer->headers.at("allow") == "GET, HEAD");
    }
  for (const auto* method : {"GET", "PUT", "DELETE"}) {
    const auto answer = ask(server->port(), method, reconcile);
    REQUIRE(is_error(answer));
    CHECK(answer->status == 405);
    CHECK(answer->headers.at("allow") == "POST");
  }
  CHECK(ask(server->port(), "HEAD", reconcile)->status == 405);
}

TEST_CASE("an unknown path is 404, an unknown method 501, both in JSON") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  for (const auto* path :
       {"/nothing", "//metrics", "/api/v1/Health", "/api/v1", "*", "/api/v1/volumes/x", "/%00",
        "/%zz", "/..%2f..%2fetc%2fpasswd", "http://x/metrics"}) {
    CAPTURE(path);
    const auto answer = ask(server->port(), "GET", path);
    REQUIRE(is_error(answer));
    CHECK(answer->status == 404);
  }
  const auto answer = ask(server->port(), "BREW", "/");
  REQUIRE(is_error(answer));
  CHECK(answer->status == 501);
}

TEST_CASE("health is 503 when unhealthy and 200 in every other state") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  for (auto status :
       {health_status::healthy, health_status::degraded, health_status::not_configured}) {
    node.report->status = node.report->events.status = status;
    CHECK(ask(server->port(), "GET", "/api/v1/health")->status == 200);
    CHECK(ask(server->port(), "GET", "/health/events")->status == 200);
  }
  node.report->status = health_status::unhealthy;
  CHECK(ask(server->port(), "GET", "/api/v1/health")->status == 503);
  CHECK(ask(server->port(), "GET", "/api/v1/health")->body.find(R"({"status":"unhealthy")") == 0);
  CHECK(ask(server->port(), "GET", "/api/v1/health/events")->status == 200);
  node.report->events.status = health_status::unhealthy;
  CHECK(ask(server->port(), "GET", "/api/v1/health/events")->status == 503);
  node.report = fail(ec::internal, "the health reporter does not answer");
  const auto answer = ask(server->port(), "GET", "/health");
  CHECK(answer->status == 503);
  CHECK(answer->body == R"({"error":"the health reporter does not answer"})");
}

TEST_CASE("live and ready are 503 with the reasons") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  CHECK(ask(server->port(), "GET", "/api/v1/health/live")->body
        == R"({"status":"ok","reasons":[]})");
  node.silent = {"volume_handler"};
  node.not_ready = {"the database is not reachable"};
  const auto live = ask(server->port(), "GET", "/health/live");
  CHECK(live->status == 503);
  CHECK(live->body == R"({"status":"unresponsive","reasons":["volume_handler"]})");
  const auto ready = ask(server->port(), "GET", "/api/v1/health/ready");
  CHECK(ready->status == 503);
  CHECK(ready->body == R"({"status":"not_ready","reasons":["the database is not reachable"]})");
}

TEST_CASE("a reconciliation is accepted with its run and type, or refused with the reason") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  const auto full = ask(server->port(), "POST", reconcile);
  CHECK(full->status == 202);
  CHECK(full->body == R"({"run_id":7,"type":"full"})");
  CHECK(ask(server->port(), "POST", reconcile + "?type=volumes")->body
        == R"({"run_id":7,"type":"volumes"})");
  CHECK(ask(server->port(), "POST", "/health/events/reconcile?type=containers")->status == 202);
  for (const auto* odd :
       {"?type=", "?type=all", "?type=full&type=full", "?typ=full", "?type=%00"}) {
    const auto answer = ask(server->port(), "POST", reconcile + odd);
    REQUIRE(is_error(answer));
    CHECK(answer->status == 400);
  }
  node.ticket = fail(ec::docker_unreachable, "Docker is not connected");
  CHECK(ask(server->port(), "POST", reconcile)->status == 503);
  node.ticket = fail(ec::bad_request, "the events system is off; set EVENTS_ENABLED=true");
  const auto off = ask(server->port(), "POST", reconcile);
  CHECK(off->status == 503);
  CHECK(off->body.find("EVENTS_ENABLED") != std::string::npos);
}

TEST_CASE("a slash at the end of a path changes neither the answer nor the authorization") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows, "s3cret");
  CHECK(ask(server->port(), "GET", "/api/v1/health/live/")->status == 200);
  CHECK(ask(server->port(), "GET", "/api/v1/volumes/")->status == 401);
  const auto* token = "Authorization: Bearer s3cret\r\n";
  for (const auto* path :
       {"/api/v1/volumes/?limit=1", "/api/v1/health/events//", "/metrics/", "//"})
    CHECK(ask(server->port(), "GET", path, token)->status == 200);
  CHECK(ask(server->port(), "POST", reconcile + "/?type=volumes", token)->body
        == R"({"run_id":7,"type":"volumes"})");
  CHECK(ask(server->port(), "GET", "/api/v1/volumesx/", token)->status == 404);
}

TEST_CASE("a reconciliation request with a body is refused and starts nothing") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  for (const auto* rest :
       {"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 12\r\n\r\ntype=volumes",
        "Content-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"type\":\"volumes\"}"}) {
    raw_client client{server->port()};
    client.send("POST " + reconcile + " HTTP/1.1\r\n" + rest);
    const auto answer = client.read();
    REQUIRE(is_error(answer));
    CHECK(answer->status == 415);
    CHECK(answer->body.find("?type=volumes") != std::string::npos);
  }
  CHECK(ask(server->port(), "POST", reconcile,
            "Content-Type: application/json\r\nContent-Length: 0\r\n")
            ->status
        == 202);
}

TEST_CASE("a POST with a body is answered at once and ends the connection") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  for (const auto* rest :
       {"Content-Length: 2\r\n\r\n{}", "Content-Length: 1000\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
        "Expect: 100-continue\r\nContent-Length: 10\r\n\r\n",
        "Content-Type: multipart/form-data\r\nContent-Length: 9\r\n\r\n123456789"}) {
    CAPTURE(rest);
    raw_client client{server->port()};
    client.send("POST " + reconcile + " HTTP/1.1\r\n" + rest);
    const auto answer = client.read();
    REQUIRE(answer.has_value());
    CHECK(answer->status == 415);
    CHECK(answer->headers.at("connection") == "close");
    CHECK(client.ends());
  }
  raw_client client{server->port()};
  client.send("POST " + reconcile + " HTTP/1.1\r\nContent-Length: 100000\r\n\r\n"
              + std::string(100'000, 'x'));
  const auto answer = client.read();
  REQUIRE(is_error(answer));
  CHECK(answer->status == 413);
}

TEST_CASE("an exception is a 500 without its text") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  node.metrics_text = []() -> std::string { throw std::runtime_error{"secret text"}; };
  const auto answer = ask(server->port(), "GET", "/metrics");
  REQUIRE(is_error(answer));
  CHECK(answer->status == 500);
  CHECK(answer->body.find("secret") == std::string::npos);
  for (const auto& [name, value] : answer->headers)
    CHECK(value.find("secret") == std::string::npos);
  node.metrics_text = []() -> std::string { throw 42; };
  CHECK(ask(server->port(), "GET", "/metrics")->status == 500);
}

TEST_CASE("with a token every path except live, ready and the page requires it") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows, "s3cret");
  auto paths = get_paths;
  paths.insert(paths.end(), {"/nothing", reconcile});
  for (const auto& path : paths) {
    CAPTURE(path);
    const bool open =
        path == "/api/v1/health/live" || path == "/api/v1/health/ready" || path == "/";
    for (const auto* header :
         {"", "Authorization: Bearer wrong\r\n", "Authorization: Basic s3cret\r\n"}) {
      const auto answer = ask(server->port(), "GET", path, header);
      REQUIRE(answer.has_value());
      CHECK(answer->status == (open ? 200 : 401));
      if (!open) {
        CHECK(is_error(answer));
        CHECK(answer->headers.at("www-authenticate") == "Bearer");
        CHECK(answer->body.find("s3cret") == std::string::npos);
      }
    }
    CHECK(ask(server->port(), "GET", path, "Authorization: Bearer s3cret\r\n")->status
          == (path == "/nothing"  ? 404
              : path == reconcile ? 405
                                  : 200));
  }
  CHECK(ask(server->port(), "POST", reconcile)->status == 401);
  CHECK(ask(server->port(), "POST", reconcile, "authorization: bearer s3cret\r\n")->status == 202);
}
