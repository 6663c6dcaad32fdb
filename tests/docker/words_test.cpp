// Pure functions: endpoints, times, versions, paths, status texts, the daemon's error bodies.
#include "docker/endpoint.hpp"
#include "docker/explain.hpp"
#include "docker/requests.hpp"
#include "docker/status_text.hpp"
#include "docker/times.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::docker;

using namespace std::chrono_literals;

namespace {

result<address> parse(const std::string& host) {
  return parse_endpoint({.host = host, .tls = false, .cert_path = ""});
}

std::string place(const std::string& host) {
  const auto out = parse(host);
  if (!out)
    return "wrong";
  return out->via == address::kind::unix_socket ? out->path
                                                : out->host + " " + std::to_string(out->port);
}

} // namespace

TEST_CASE("DOCKER_HOST is unix:///PATH or tcp://HOST:PORT") {
  CHECK(place("unix:///var/run/docker.sock") == "/var/run/docker.sock");
  CHECK(place("tcp://10.0.0.1:2375") == "10.0.0.1 2375");
  CHECK(place("tcp://docker.example:1234/") == "docker.example 1234");
  CHECK(place("tcp://[::1]:2375") == "::1 2375");
  CHECK(place("tcp://[fe80::1]:2376") == "fe80::1 2376");
  for (const auto* wrong :
       {"", "/var/run/docker.sock", "unix://", "unix://relative", "http://x", "ssh://me@host",
        "npipe:////./pipe/docker_engine", "tcp://host:", "tcp://host:0", "tcp://host:65536",
        "tcp://host:12a", "tcp://::1:2375", "tcp://[::1", "tcp://[::1]x", "tcp://u@host:1",
        "tcp://host:1/prefix", "tcp://host", "tcp://:2375", "tcp://[::1]"}) {
    CAPTURE(wrong);
    const auto out = parse(wrong);
    REQUIRE_FALSE(out);
    CHECK(out.error().code == ec::bad_request);
    CHECK(out.error().text.find("DOCKER_HOST") != std::string::npos);
    CHECK(host_complaint(wrong));
  }
  CHECK(place("unix:///" + std::string(106, 'x')) != "wrong");
  CHECK(place("unix:///" + std::string(107, 'x')) == "wrong");
}

TEST_CASE("TLS without its files, and TLS on a unix socket, are refused with the cure") {
  const auto missing =
      parse_endpoint({.host = "tcp://host:2376", .tls = true, .cert_path = "/nowhere/at/all"});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().text.find("/nowhere/at/all/ca.pem") != std::string::npos);
  CHECK(missing.error().text.find("DOCKER_CERT_PATH") != std::string::npos);
  const auto on_unix = parse_endpoint({.host = "unix:///x", .tls = true, .cert_path = "/tmp"});
  REQUIRE_FALSE(on_unix);
  CHECK(on_unix.error().text.find("DOCKER_TLS_VERIFY") != std::string::npos);
}

TEST_CASE("times in requests have nine digits after the point") {
  CHECK(seconds_and_nanos(1714558830123456789) == "1714558830.123456789");
  CHECK(seconds_and_nanos(1714558830000000001) == "1714558830.000000001");
  CHECK(seconds_and_nanos(1714558830000000000) == "1714558830.000000000");
  CHECK(seconds_and_nanos(0) == "0.000000000");
  CHECK(seconds_and_nanos(-5) == "0.000000000");
}

TEST_CASE("API versions are compared as numbers") {
  CHECK(lower_version("1.47", "1.41") == "1.41");
  CHECK(lower_version("1.47", "1.52") == "1.47");
  CHECK(lower_version("1.47", "1.9") == "1.9");
  CHECK(lower_version("1.47", "2.0") == "1.47");
  CHECK(lower_version("1.47", "1.47") == "1.47");
  for (const auto* wrong : {"", "1", "1.", ".5", "x", "1.4x", "1.-4"})
    CHECK(lower_version("1.47", wrong).empty());
}

TEST_CASE("the date of an answer is parsed, or never") {
  CHECK(http_date("Tue, 15 Nov 1994 08:12:31 GMT") == 784'887'151'000'000'000);
  CHECK(http_date("Wed, 01 May 2024 12:00:00 GMT") == 1'714'564'800'000'000'000);
  for (const auto* text : {"", "Tue, 15 Nov 1994 08:12:31", "Tuesday, 15-Nov-94 08:12:31 GMT",
                           "Tue Nov 15 08:12:31 1994", "Tue, 15 Nub 1994 08:12:31 GMT",
                           "Tue, 15 ovD 1994 08:12:31 GMT", "Tue, xx Nov 1994 08:12:31 GMT"})
    CHECK(http_date(text) == never);
}

TEST_CASE("names that the daemon's router rewrites are recognised") {
  for (const auto* name :
       {"nas//export", "/export", "..", ".", "a/../b", "a/./b", "a\nb", "a/.."}) {
    CAPTURE(name);
    CHECK(is_mangled_by_router(name));
  }
  for (const auto* name :
       {"data", "nas/export", "nas/", "...", ".hidden", "a..b", "a b", "%2F", "json"}) {
    CAPTURE(name);
    CHECK_FALSE(is_mangled_by_router(name));
  }
}

TEST_CASE("paths and filters are encoded") {
  CHECK(path_element("a/b c") == "a%2Fb%20c");
  CHECK(path_element("..") == "%2E%2E");
  CHECK(event_filters(false) == R"({"type":["volume","container"]})");
  const auto only = event_filters(true);
  CHECK(only.find(R"("destroy")") != std::string::npos);
  CHECK(only.find(R"("health_status")") != std::string::npos);
  CHECK(only.find("exec") == std::string::npos);
  CHECK(events_path(1'500'000'000, false)
        == "/events?since=1.500000000&filters=%7B%22type%22%3A%5B%22volume%22%2C%22container%22%5D%"
           "7D");
}

TEST_CASE("only the age is removed from a listed status") {
  const std::pair<const char*, const char*> table[]{
      {"Up 5 minutes", "Up"},
      {"Up Less than a second", "Up"},
      {"Up About an hour (healthy)", "Up (healthy)"},
      {"Up 5 minutes (unhealthy)", "Up (unhealthy)"},
      {"Up 2 seconds (health: starting)", "Up (health: starting)"},
      {"Up 2 seconds (Paused)", "Up (Paused)"},
      {"Exited (137) 5 minutes ago", "Exited (137)"},
      {"Exited (-1) 5 minutes ago", "Exited (-1)"},
      {"Restarting (1) 3 seconds ago", "Restarting (1)"},
      {"Created", "Created"},
      {"Dead", "Dead"},
      {"Removal In Progress", "Removal In Progress"},
      {"", ""},
      {"Exited (", ""},
  };
  for (const auto& [listed, stable] : table) {
    CAPTURE(listed);
    CHECK(stable_status(std::string_view{listed}) == stable);
  }
}

TEST_CASE("the age in a listed status gives a lower bound") {
  const std::pair<const char*, std::chrono::seconds> table[]{
      {"Up Less than a second", 0s},
      {"Up 1 second", 1s},
      {"Up 59 seconds (health: starting)", 59s},
      {"Up About a minute", 60s},
      {"Up 5 minutes (Paused)", 5min},
      {"Up About an hour", 1h},
      {"Up 2 hours", 90min}, // rounded
      {"Up 3 days", 71h + 30min},
      {"Exited (137) 2 weeks ago", 14 * 24h - 30min},
      {"Exited (-1) 5 minutes ago", 5min},
      {"Restarting (1) 3 seconds ago", 3s},
      {"Exited (0) 4 months ago", 120 * 24h - 30min},
      {"Exited (0) 2 years ago", 2 * 365 * 24h - 30min},
      {"Up 2 fortnights", 0s},
      {"Up -3 minutes", 0s},
      {"Up 99999999999999999999 years", 0s},
      {"Up", 0s},
      {"Exited (0)", 0s},
      {"ago) ", 0s},
      {"Created", 0s},
      {"", 0s},
  };
  for (const auto& [listed, least] : table) {
    CAPTURE(listed);
    CHECK(unchanged_for(listed) == least);
  }
}

TEST_CASE("an inspected state gives the listed status") {
  const std::pair<inspected_state, const char*> table[]{
      {{"running", 0, true, false, ""}, "Up"},
      {{"running", 0, true, true, "none"}, "Up"},
      {{"running", 0, true, true, "healthy"}, "Up (healthy)"},
      {{"running", 0, true, true, "starting"}, "Up (health: starting)"},
      {{"paused", 0, true, true, "healthy"}, "Up (Paused)"},
      {{"restarting", 1, true, true, ""}, "Restarting (1)"},
      {{"removing", 0, true, true, ""}, "Removal In Progress"},
      {{"dead", 0, true, true, ""}, "Dead"},
      {{"created", 127, false, false, ""}, "Created"},
      {{"exited", 137, true, true, "unhealthy"}, "Exited (137)"},
      {{"exited", 0, true, false, ""}, ""},
  };
  for (const auto& [state, text] : table) {
    CAPTURE(state.status);
    CHECK(stable_status(state) == text);
  }
}

TEST_CASE("Podman's names of states become Docker's") {
  CHECK(docker_state("stopped") == "exited");
  CHECK(docker_state("configured") == "created");
  CHECK(docker_state("stopping") == "running");
  CHECK(docker_state("paused") == "paused");
}

TEST_CASE("the daemon's message is found in any body") {
  CHECK(daemon_message(R"({"message":"driver \"x\" failed"})") == "driver \"x\" failed");
  CHECK(daemon_message(R"({"cause":"c","message":"m","response":404})") == "m");
  CHECK(daemon_message("client version 1.11 is too old\n") == "client version 1.11 is too old");
  CHECK(daemon_message("") == "(no reason given)");
  CHECK(daemon_message(" \n ") == "(no reason given)");
  CHECK(daemon_message("{\"message\":7}") == "{\"message\":7}");
  CHECK(daemon_message("a\nb") == "a b");
  const auto cut = daemon_message(std::string(399, 'x') + "\xc3\xa4" + std::string(50, 'y'));
  CHECK(cut == std::string(399, 'x') + "...");
}

TEST_CASE("a refusal says what to allow, or how to use TLS") {
  for (const int status : {401, 403, 405})
    CHECK(explain_status("list volumes", status, "Forbidden").text.find("allow GET on /_ping, ")
          != std::string::npos);
  CHECK(explain_status("list volumes", 400, "Client sent an HTTP request to an HTTPS server.\n")
            .text.find("DOCKER_TLS_VERIFY=1")
        != std::string::npos);
  CHECK(explain_status("list volumes", 400, R"({"message":"client version 1.47 is too new"})")
            .text.find("versions up to 1.47")
        != std::string::npos);
  CHECK(explain_status("list volumes", 500, "oops").text
        == "couldn't list volumes: the daemon answered 500: oops");
}

TEST_CASE("an error about a folder at the socket's path says so") {
  address at;
  at.path = "/tmp";
  at.text = "unix:///tmp";
  const auto why = explain_ending("list volumes", at, ending::not_connected);
  CHECK(why.text.find("/tmp is a folder, not a socket") != std::string::npos);
}
