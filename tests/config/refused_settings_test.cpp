// Complaints: what is refused, and in which words.
#include "config/setting_table.hpp"
#include "tests/config/given_settings.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <array>
#include <string>

using namespace std::chrono_literals;
using namespace volumeviz::config;
using namespace volumeviz::config::testing;

TEST_CASE("wrong values are refused, with variable, value and what is allowed") {
  struct wrong {
    const char* name;
    const char* value;
    const char* allowed;
  };
  const auto table = std::to_array<wrong>({
      {"EVENTS_ENABLED", "maybe", "true, false"},
      {"EVENTS_QUEUE_SIZE", "0", "1 to 1000000"},
      {"EVENTS_QUEUE_SIZE", "1000001", "1 to 1000000"},
      {"EVENTS_QUEUE_SIZE", "10k", "1 to 1000000"},
      {"EVENTS_QUEUE_SIZE", "-1", "1 to 1000000"},
      {"EVENTS_BACKOFF_MIN_DURATION", "0", "1ms"},
      {"EVENTS_BACKOFF_MIN_DURATION", "soon", "500ms"},
      {"EVENTS_RECONCILE_INTERVAL", "30", "5m"},
      {"DOCKER_HOST", "/var/run/docker.sock", "unix:///PATH"},
      {"DOCKER_HOST", "unix://docker.sock", "three slashes"},
      {"DOCKER_HOST", "tcp://host", "2375"},
      {"DOCKER_HOST", "tcp://host:0", "HOST:PORT"},
      {"DOCKER_HOST", "ssh://user@host", "not supported"},
      {"DOCKER_HOST", "npipe:////./pipe/docker", "unix:///PATH"},
      {"DATABASE_URL", "sqlite://relative.db", "not absolute"},
      {"DATABASE_URL", "sqlite:///", "folder"},
      {"DATABASE_URL", "mysql://db/n", "postgresql://"},
      {"DATABASE_URL", "postgresql://u:p@/n", "no host"},
      {"DATABASE_URL", "postgresql://u:p@db:port/n", "65535"},
      {"DATABASE_URL", "postgresql://u:p%@db:5432/n", "%25"},
      {"DATABASE_URL", "postgresql://u:p@p@db:5432/n", "%40"},
      {"DATABASE_URL", "sqlite:///x.db?mode=ro", "the parameter mode"},
      {"DATABASE_URL", "sqlite:///x%zz.db", "%25"},
      {"DATABASE_URL", "postgresql://u:p@db/n?sslmode=on", "the parameter sslmode: allowed is"},
      {"DATABASE_URL", "postgresql://u:p@db/n?slmode=require", "the parameter slmode"},
      {"DATABASE_URL", "postgresql://u:p@db/n?a=1&connect_timeout=5s",
       "the parameter a: PostgreSQL's library has no such parameter; the parameter "
       "connect_timeout: allowed is a whole number"},
      {"DATABASE_NOTIFY", "on", "true, false"},
      {"HISTORY_RETENTION", "30", "30d"},
      {"HISTORY_RETENTION", "3651d", "3650d"},
      {"HISTORY_RETENTION", "10ms", "0 turns the history off"},
      {"HISTORY_MAX_ROWS", "-1", "whole number"},
      {"HISTORY_MAX_ROWS", "1e6", "whole number"},
      {"HISTORY_EXCLUDE", "container.nam=x", "there is no rule \"container.nam=x\""},
      {"HISTORY_EXCLUDE", "volume.name=a,volume.label=", "has nothing after"},
      {"HTTP_LISTEN", "8080", "HOST:PORT"},
      {"HTTP_LISTEN", ":8080", "0.0.0.0"},
      {"HTTP_AUTH_TOKEN", "two words", "visible ASCII"},
      {"HTTP_ALLOWED_HOSTS", "a.example,*.b.example", "\"*.b.example\" is not HOST"},
      {"HTTP_ALLOWED_HOSTS", "http://a.example", "is not HOST"},
      {"HTTP_ALLOWED_HOSTS", "a.example b.example", "commas"},
      {"HTTP_ALLOWED_HOSTS", "fd00::1", "[IPv6]"},
      {"HTTP_ALLOWED_HOSTS", "a.example:port", "HOST:PORT"},
      {"HTTP_ALLOWED_HOSTS", ",", "no name"},
      {"LOG_LEVEL", "verbose", "trace, debug"},
      {"LOG_FORMAT", "xml", "text or json"},
      {"NODE_NAME", "white space", "letters"},
      {"NODE_ROLE", "master", "standalone, agent or hub"},
      {"HUB_ADDRESS", "hub:0", "HOST:PORT"},
  });
  for (const auto& each : table) {
    CAPTURE(each.name);
    CAPTURE(each.value);
    const auto text = complaint({{each.name, each.value}});
    CHECK(text.starts_with(each.name));
    CHECK(contains(text, each.allowed));
    CHECK(text.find('\n') == std::string::npos);
  }
}

TEST_CASE("all complaints are reported at once") {
  const auto result = read_settings(with({{"EVENTS_QUEUE_SIZE", "x"},
                                          {"LOG_LEVEL", "x"},
                                          {"EVENTS_TYPO", "x"},
                                          {"HTTP_LISTEN", "x"},
                                          {"EVENTS_BACKOFF_MIN_DURATION", "10m"}}));
  REQUIRE_FALSE(result);
  CHECK(result.error().size() == 5);
}

TEST_CASE("an unknown EVENTS_ variable is a complaint that suggests the most similar name") {
  CHECK(contains(complaint({{"EVENTS_ENABELD", "true"}}), "did you mean EVENTS_ENABLED?"));
  CHECK(contains(complaint({{"EVENTS_QUEUE", "7"}}), "did you mean EVENTS_QUEUE_SIZE?"));
  CHECK(contains(complaint({{"EVENTS_SOMETHING_ELSE_ALTOGETHER", "7"}}), "--help"));
  CHECK(complaint({{"EVENT_ENABLED", "true"}, {"OTHER", "x"}}).empty());
}

TEST_CASE("variables of service links are ignored with one notice, and typing errors are not") {
  const auto is = read({{"EVENTS_PORT", "tcp://10.0.0.1:80"},
                        {"EVENTS_SERVICE_HOST", "10.0.0.1"},
                        {"EVENTS_SERVICE_PORT", "80"},
                        {"EVENTS_SERVICE_PORT_HTTP", "80"},
                        {"EVENTS_PORT_80_TCP", "tcp://10.0.0.1:80"},
                        {"EVENTS_PORT_80_TCP_PROTO", "tcp"},
                        {"EVENTS_PORT_80_TCP_PORT", "80"},
                        {"EVENTS_PORT_80_TCP_ADDR", "fd00::1"},
                        {"EVENTS_API_PORT_53_UDP", "udp://10.0.0.1:53"},
                        {"EVENTS_NAME", "/web/events"}});
  REQUIRE(is.notices.size() == 1);
  CHECK(contains(is.notices[0], "EVENTS_SERVICE_PORT_HTTP"));
  CHECK(contains(is.notices[0], "EVENTS_API_PORT_53_UDP"));
  for (const auto& [name, value] : environment{{"EVENTS_PORT", "8080"},
                                               {"EVENTS_SERVICE_HOST", "my host"},
                                               {"EVENTS_SERVICE_PORT", "x"},
                                               {"EVENTS_PORT_80", "tcp://10.0.0.1:80"},
                                               {"EVENTS_PORT_X_TCP", "tcp://10.0.0.1:80"},
                                               {"EVENTS_NAME", "events"}})
    CHECK(contains(complaint({{name, value}}), "there is no such setting"));
}

TEST_CASE("no complaint shows a secret") {
  CHECK_FALSE(contains(complaint({{"HTTP_AUTH_TOKEN", "hush hush"}}), "hush"));
  for (const std::string url :
       {"postgresql://user:hush@db:x/n", "postgres://user:hu@sh@db/n", "hush", "user:hush@db/n",
        "postgresql:///n?password=hush", "postgresql:///n?PassWord=a@hush",
        "postgresql://db/n?password=a&hush=1", "postgresql://db/n?passwd=a&hush",
        "mysql://user:hush@db/n"}) {
    CAPTURE(url);
    const auto text = complaint({{"DATABASE_URL", url}});
    CHECK(text.starts_with("DATABASE_URL=\""));
    CHECK_FALSE(contains(text, "hush"));
    CHECK_FALSE(contains(text, "sh@db"));
  }
  CHECK_FALSE(contains(complaint({{"DOCKER_HOST", "tcp://me:hush@docker"}}), "hush"));
  CHECK_FALSE(contains(complaint({{"EVENTS_AUTH_TOKEN", "hush"}}), "hush"));
}

TEST_CASE("any environment is parsed, or gives complaints of one line each") {
  CHECK(rc::check([] {
    environment variables;
    for (const auto& each : setting_table())
      if (*rc::gen::arbitrary<bool>())
        variables[std::string{each.name}] = *rc::gen::arbitrary<std::string>();
    variables["EVENTS_" + *rc::gen::arbitrary<std::string>()] = *rc::gen::arbitrary<std::string>();
    const auto result = read_settings(variables);
    if (result)
      return;
    RC_ASSERT_FALSE(result.error().empty());
    for (const auto& line : result.error())
      RC_ASSERT(line.find('\n') == std::string::npos);
  }));
}

TEST_CASE("values that are almost valid are parsed or give complaints") {
  CHECK(rc::check([] {
    const auto start = *rc::gen::element<std::string>("postgresql://", "sqlite://", "unix://",
                                                      "tcp://", "ssh://", "");
    const auto rest =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"ab:@/?%[]019.=&"}));
    const auto result = read_settings(
        with({{"DATABASE_URL", start + rest}, {"DOCKER_HOST", start + rest}}), as_in_the_program);
    if (result)
      RC_ASSERT(result->database_url == start + rest || (start + rest).empty());
  }));
}
