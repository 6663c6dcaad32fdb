#include "http/access.hpp"
#include "tests/http/fakes.hpp"
#include "tests/http/raw_client.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace volumeviz;
using http::access_rules;

namespace {

const access_rules on_loopback{.only_loopback = true};
const access_rules elsewhere{};
const std::string reconcile = "/api/v1/health/events/reconcile";

bool lets_in(const access_rules& rules, const char* host, const char* method = "GET",
             std::optional<std::string> origin = {}) {
  return !http::foreign_because(rules, method, {.host = host, .origin = std::move(origin)});
}

std::optional<raw_answer_read> ask_as(http::server& server, const std::string& method,
                                      const std::string& path, const std::string& headers) {
  raw_client client{server.port()};
  client.send(method + " " + path + " HTTP/1.1\r\n" + headers + "\r\n");
  return client.read();
}

} // namespace

TEST_CASE("on a loopback address a request may name loopback only") {
  for (const auto* host :
       {"localhost", "localhost:8080", "LocalHost", "localhost.", "a.localhost", "a.b.localhost:80",
        "127.0.0.1", "127.0.0.1:8080", "127.1.2.3", "[::1]", "[::1]:8080", "[0:0::1]:1"}) {
    CAPTURE(host);
    CHECK(lets_in(on_loopback, host));
  }
  for (const auto* host :
       {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
        "evillocalhost", "10.0.0.1", "0.0.0.0:8080", "[::]:80", "[fd00::1]", "user@localhost",
        "localhost:80:80", "::1", "[::1", "local host", "localhost/"}) {
    CAPTURE(host);
    CHECK_FALSE(lets_in(on_loopback, host));
  }
}

TEST_CASE("names in HTTP_ALLOWED_HOSTS are allowed in any case and with any port") {
  const access_rules rules{.allowed_hosts = {"node.example", "10.0.0.7", "fd00::1"},
                           .only_loopback = true};
  for (const auto* host :
       {"node.example", "NODE.example:8080", "10.0.0.7:1", "[fd00:0::1]:80", "localhost"})
    CHECK(lets_in(rules, host));
  for (const auto* host : {"a.node.example", "node.example.evil", "10.0.0.70", "[fd00::2]"})
    CHECK_FALSE(lets_in(rules, host));
}

TEST_CASE("on other addresses names are checked only when HTTP_ALLOWED_HOSTS is set") {
  CHECK(lets_in(elsewhere, "any.example"));
  const access_rules named{.allowed_hosts = {"node.example"}};
  CHECK(lets_in(named, "node.example"));
  CHECK(lets_in(named, "127.0.0.1:8080"));
  CHECK_FALSE(lets_in(named, "any.example"));
}

TEST_CASE("a request without a Host header is allowed, since every browser sends one") {
  CHECK_FALSE(http::foreign_because(on_loopback, "GET", {}).has_value());
  CHECK(lets_in(on_loopback, ""));
}

TEST_CASE("a POST of a page of another origin is refused") {
  for (const auto& rules : {on_loopback, elsewhere}) {
    CHECK(lets_in(rules, "localhost:8080", "POST"));
    for (const auto* own : {"http://localhost:8080", "http://LOCALHOST:8080"})
      CHECK(lets_in(rules, "localhost:8080", "POST", own));
    CHECK(lets_in(rules, "localhost", "POST", "http://localhost"));
    CHECK(lets_in(rules, "localhost:443", "POST", "https://localhost"));
    CHECK(lets_in(rules, "[::1]:80", "POST", "http://[::1]"));
    for (const auto* foreign :
         {"null", "", "http://evil.example", "http://localhost", "http://localhost:8081",
          "https://localhost", "http://127.0.0.1:8080", "localhost:8080", "file://",
          "http://localhost:8080/", "http://localhost:8080, http://evil.example"}) {
      CAPTURE(foreign);
      CHECK_FALSE(lets_in(rules, "localhost:8080", "POST", foreign));
      CHECK(lets_in(rules, "localhost:8080", "GET", foreign));
    }
  }
  CHECK(http::foreign_because(elsewhere, "POST", {.host = {}, .origin = "http://a.example"}));
  CHECK_FALSE(lets_in(elsewhere, "", "POST", "http://"));
}

TEST_CASE("with a token neither Host nor Origin is checked") {
  const access_rules rules{
      .token = "s3cret", .allowed_hosts = {"node.example"}, .only_loopback = true};
  CHECK(lets_in(rules, "evil.example", "POST", "http://other.example"));
}

TEST_CASE("a host is loopback only when all its addresses are") {
  for (const auto* host : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "::ffff:127.0.0.1"})
    CHECK(http::is_only_loopback(host));
  for (const auto* host : {"0.0.0.0", "::", "192.0.2.1", "no.such.host.invalid"})
    CHECK_FALSE(http::is_only_loopback(host));
}

TEST_CASE("a foreign Host header is 403 on every path, with the setting to change") {
  fakes::node node;
  fakes::inventory rows;
  auto server = fakes::serve(node, &rows);
  for (const auto* path : {"/", "/metrics", "/api/v1/volumes", "/api/v1/health/live", "/nothing"}) {
    CAPTURE(path);
    const auto answer = ask_as(*server, "GET", path, "Host: rebound.example:8080\r\n");
    REQUIRE(answer.has_value());
    CHECK(answer->status == 403);
    CHECK(answer->body.starts_with(R"({"error":"the Host header names \"rebound.example:8080\")"));
    CHECK(answer->body.find("HTTP_ALLOWED_HOSTS") != std::string::npos);
  }
  CHECK(ask_as(*server, "GET", "/metrics", "Host: localhost\r\n")->status == 200);
  CHECK(ask_as(*server, "GET", "/metrics", "")->status == 200);
  CHECK(ask_as(*server, "GET", "/", "Host: localhost\r\nHost: evil.example\r\n")->status == 400);
  const auto odd = ask_as(*server, "GET", "/", "Host: \xff%41\"\\\r\n");
  CHECK(odd->status == 403);
  CHECK(odd->body.find(R"(\\xff%41)") != std::string::npos); // as it came, and valid JSON
}

TEST_CASE("a POST of another page is 403 and starts no reconciliation") {
  fakes::node node;
  auto server = fakes::serve(node, nullptr);
  const auto own = "Host: localhost:80\r\n";
  CHECK(ask_as(*server, "POST", reconcile, own)->status == 202);
  CHECK(
      ask_as(*server, "POST", reconcile, own + std::string{"Origin: http://localhost\r\n"})->status
      == 202);
  for (const auto* origin : {"null", "https://evil.example", ""}) {
    const auto answer =
        ask_as(*server, "POST", reconcile, own + ("Origin: " + std::string{origin}) + "\r\n");
    REQUIRE(answer.has_value());
    CHECK(answer->status == 403);
    CHECK(answer->body.find("Origin") != std::string::npos);
  }
}

TEST_CASE("HTTP_ALLOWED_HOSTS reaches the server, and a node on all addresses accepts any name") {
  fakes::node node;
  auto named = http::start(
      {.listen = {"127.0.0.1", 0}, .auth_token = {}, .allowed_hosts = {"a.example"}}, node, {});
  REQUIRE(named.has_value());
  CHECK(ask_as(**named, "GET", "/metrics", "Host: A.example:1\r\n")->status == 200);
  CHECK(ask_as(**named, "GET", "/metrics", "Host: b.example\r\n")->status == 403);
  auto open = fakes::serve(node, nullptr, {}, "0.0.0.0");
  CHECK(ask_as(*open, "GET", "/metrics", "Host: b.example\r\n")->status == 200);
  auto guarded = fakes::serve(node, nullptr, "s3cret");
  CHECK(ask_as(*guarded, "GET", "/metrics", "Host: b.example\r\nAuthorization: Bearer s3cret\r\n")
            ->status
        == 200);
}
