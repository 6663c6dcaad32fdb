#include "config/default_database.hpp"
#include "config/setting_table.hpp"
#include "tests/config/given_settings.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>

using namespace std::chrono_literals;
using namespace volumeviz::config;
using namespace volumeviz::config::testing;

TEST_CASE("without any variable the settings are the documented defaults") {
  const auto is = read({});
  CHECK_FALSE(is.events_enabled);
  CHECK(is.events_queue_size == 1000);
  CHECK(is.backoff_min == 1s);
  CHECK(is.backoff_max == 5min);
  CHECK(is.reconcile_interval == 30min);
  CHECK(is.idle_degraded_after == 5min);
  CHECK(is.docker_host == "unix:///var/run/docker.sock");
  CHECK_FALSE(is.docker_tls_verify);
  CHECK(is.http_listen == volumeviz::text::host_port{"127.0.0.1", 8080});
  CHECK(is.http_auth_token.empty());
  CHECK(is.http_allowed_hosts.empty());
  CHECK(is.log_level == "info");
  CHECK(is.format == log_format::text);
  CHECK(is.actor_stats_interval == 60s);
  CHECK(is.role == node_role::standalone);
  CHECK(is.hub_listen == volumeviz::text::host_port{"127.0.0.1", 4711});
  CHECK_FALSE(is.hub_address);
  CHECK_FALSE(is.database_url.empty());
}

TEST_CASE("a variable that is set and empty counts as not set") {
  environment empty;
  for (const auto& each : setting_table())
    if (each.name != "NODE_NAME")
      empty[std::string{each.name}] = "";
  empty["EVENTS_NO_SUCH_THING"] = "";
  CHECK(read(empty).events_queue_size == 1000);
}

TEST_CASE("every setting has the value of its variable") {
  const auto is = read({{"EVENTS_ENABLED", "Yes"},
                        {"EVENTS_QUEUE_SIZE", "1000000"},
                        {"EVENTS_BACKOFF_MIN_DURATION", "500ms"},
                        {"EVENTS_BACKOFF_MAX_DURATION", "500ms"},
                        {"EVENTS_RECONCILE_INTERVAL", "0"},
                        {"EVENTS_IDLE_DEGRADED_AFTER", "1h30m"},
                        {"DOCKER_HOST", "tcp://docker.example.org:2376"},
                        {"DOCKER_TLS_VERIFY", "1"},
                        {"DOCKER_CERT_PATH", "/etc/certs"},
                        {"DATABASE_URL", "postgresql://u:p@db:5432/n?sslmode=require"},
                        {"DATABASE_NOTIFY", "yes"},
                        {"HISTORY_RETENTION", "400d12h"},
                        {"HISTORY_MAX_ROWS", "0"},
                        {"HISTORY_EXCLUDE", "container.name=ci-*"},
                        {"HTTP_LISTEN", "[::]:0"},
                        {"HTTP_AUTH_TOKEN", "s3cret"},
                        {"HTTP_ALLOWED_HOSTS", "Node.example:8080, 10.0.0.7,[FD00:0::1]:80,"},
                        {"LOG_LEVEL", "debug"},
                        {"LOG_FORMAT", "json"},
                        {"ACTOR_STATS_INTERVAL", "10s"},
                        {"NODE_NAME", "a_b-c.d"},
                        {"NODE_ROLE", "agent"},
                        {"HUB_LISTEN", "127.0.0.1:1"},
                        {"HUB_ADDRESS", "hub:4711"},
                        {"HUB_TLS_CERT", "/c"},
                        {"HUB_TLS_KEY", "/k"},
                        {"HUB_TLS_CA", "/a"},
                        {"HUB_INSECURE", "no"}});
  CHECK(is.events_enabled);
  CHECK(is.events_queue_size == 1'000'000);
  CHECK(is.backoff_min == 500ms);
  CHECK(is.backoff_max == 500ms);
  CHECK(is.reconcile_interval == 0ms);
  CHECK(is.database_notify);
  CHECK(is.history_retention == 9612h);
  CHECK(is.history_max_rows == 0);
  CHECK(is.history_exclude == "container.name=ci-*");
  CHECK(is.idle_degraded_after == 90min);
  CHECK(is.docker_host == "tcp://docker.example.org:2376");
  CHECK(is.docker_tls_verify);
  CHECK(is.docker_cert_path == "/etc/certs");
  CHECK(is.database_url == "postgresql://u:p@db:5432/n?sslmode=require");
  CHECK(is.http_listen == volumeviz::text::host_port{"::", 0});
  CHECK(is.http_auth_token == "s3cret");
  CHECK(is.http_allowed_hosts == std::vector<std::string>{"node.example", "10.0.0.7", "fd00::1"});
  CHECK(is.log_level == "debug");
  CHECK(is.format == log_format::json);
  CHECK(is.actor_stats_interval == 10s);
  CHECK(is.node_name == "a_b-c.d");
  CHECK(is.role == node_role::agent);
  CHECK(is.hub_listen == volumeviz::text::host_port{"127.0.0.1", 1});
  CHECK(is.hub_address == volumeviz::text::host_port{"hub", 4711});
  CHECK(is.hub_tls_cert == "/c");
  CHECK(is.hub_tls_key == "/k");
  CHECK(is.hub_tls_ca == "/a");
  CHECK_FALSE(is.hub_insecure);
}

TEST_CASE("DOCKER_CONTEXT is ignored with a notice that names the watched daemon") {
  const auto is = read({{"DOCKER_CONTEXT", "far"}, {"DOCKER_HOST", "tcp://near:2375"}});
  REQUIRE(is.notices.size() == 1);
  CHECK(contains(is.notices[0], "far"));
  CHECK(contains(is.notices[0], "tcp://near:2375"));
  CHECK(read({{"DOCKER_CONTEXT", "default"}}).notices.empty());
}

TEST_CASE("in a container the daemon's own name is the default of NODE_NAME") {
  CHECK(in_container({}, "3f2a9c0d1e4b"));
  CHECK(in_container({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}}, "events-x2k"));
  CHECK_FALSE(read({}).node_name_from_daemon); // base() sets NODE_NAME
  const auto without = read_settings({{"HOME", "/root"}, {"KUBERNETES_SERVICE_HOST", "10.0.0.1"}});
  REQUIRE(without);
  CHECK(without->node_name_from_daemon);
  const auto hub = read_settings(
      {{"HOME", "/root"}, {"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"NODE_ROLE", "hub"}});
  REQUIRE(hub);
  CHECK_FALSE(hub->node_name_from_daemon);
}

TEST_CASE("the longest backoff is not below the shortest") {
  const auto text =
      complaint({{"EVENTS_BACKOFF_MIN_DURATION", "2m"}, {"EVENTS_BACKOFF_MAX_DURATION", "90s"}});
  CHECK(text.starts_with("EVENTS_BACKOFF_MAX_DURATION=\"1m30s\""));
  CHECK(contains(text, "2m"));
}

TEST_CASE("DOCKER_TLS_VERIFY reads any value as yes, except the words for no") {
  CHECK(read({{"DOCKER_TLS_VERIFY", "on"}}).docker_tls_verify);
  CHECK(read({{"DOCKER_TLS_VERIFY", "1"}}).docker_cert_path == "/home/someone/.docker");
  CHECK_FALSE(read({{"DOCKER_TLS_VERIFY", "0"}}).docker_tls_verify);
  CHECK_FALSE(read({{"DOCKER_TLS_VERIFY", "False"}}).docker_tls_verify);
  CHECK_FALSE(read({{"DOCKER_TLS_VERIFY", ""}}).docker_tls_verify);
}

TEST_CASE("the default database is in the system's folder for state") {
  const environment home{{"HOME", "/home/a"}};
  CHECK(default_database({{"STATE_DIRECTORY", "/var/lib/x"}, {"HOME", "/root"}}, true)
        == "sqlite:///var/lib/x/inventory.db");
  CHECK(default_database({{"STATE_DIRECTORY", "/var/lib/x:/var/lib/y"}}, false)
        == "sqlite:///var/lib/x/inventory.db");
  CHECK(default_database(home, true) == "sqlite:///var/lib/volumeviz-events/inventory.db");
  CHECK(default_database(home, false)
        == "sqlite:///home/a/.local/state/volumeviz-events/inventory.db");
  CHECK(default_database({{"XDG_STATE_HOME", "/s"}, {"HOME", "/home/a"}}, false)
        == "sqlite:///s/volumeviz-events/inventory.db");
  CHECK(default_database({{"XDG_STATE_HOME", "relative"}, {"HOME", "/home/a"}}, false)
        == "sqlite:///home/a/.local/state/volumeviz-events/inventory.db");
  CHECK_FALSE(default_database({}, false));
}

TEST_CASE("an agent needs the address of its hub") {
  CHECK(complaint({{"NODE_ROLE", "agent"}}).starts_with("HUB_ADDRESS is not set"));
  CHECK(complaint({{"NODE_ROLE", "agent"}, {"HUB_ADDRESS", "localhost:4711"}}).empty());
}

TEST_CASE("without TLS, agents and hub accept only loopback addresses unless HUB_INSECURE is set") {
  CHECK(contains(complaint({{"NODE_ROLE", "hub"}, {"HUB_LISTEN", "0.0.0.0:4711"}}),
                 "HUB_INSECURE=true"));
  CHECK(contains(complaint({{"NODE_ROLE", "agent"}, {"HUB_ADDRESS", "hub:4711"}}),
                 "HUB_INSECURE=true"));
  CHECK(complaint({{"NODE_ROLE", "hub"}, {"HUB_LISTEN", "0.0.0.0:4711"}, {"HUB_INSECURE", "true"}})
            .empty());
  CHECK(complaint({{"NODE_ROLE", "standalone"}, {"HUB_LISTEN", "0.0.0.0:4711"}}).empty());
}

TEST_CASE("mutual TLS is three files or none") {
  const auto result = read_settings(with({{"HUB_TLS_CERT", "/c"}}));
  REQUIRE_FALSE(result);
  CHECK(result.error().size() == 2);
  CHECK(contains(complaint({{"HUB_TLS_CERT", "/c"}, {"HUB_TLS_CA", "/a"}}),
                 "HUB_TLS_KEY is not set"));
}

TEST_CASE("help has name, default, meaning and allowed values of every setting") {
  const auto help = describe_settings();
  for (const auto& each : setting_table()) {
    CHECK(contains(help,
                   std::string{each.name} + " (default " + std::string{each.default_text} + ")\n"));
    CHECK(contains(help, std::string{each.meaning}));
    CHECK(contains(help, std::string{each.allowed}));
  }
}

TEST_CASE("the public names are all there") {
  const auto names = std::to_array<std::string_view>({"EVENTS_ENABLED",
                                                      "EVENTS_QUEUE_SIZE",
                                                      "EVENTS_BACKOFF_MIN_DURATION",
                                                      "EVENTS_BACKOFF_MAX_DURATION",
                                                      "EVENTS_RECONCILE_INTERVAL",
                                                      "EVENTS_IDLE_DEGRADED_AFTER",
                                                      "DOCKER_HOST",
                                                      "DOCKER_TLS_VERIFY",
                                                      "DOCKER_CERT_PATH",
                                                      "DATABASE_URL",
                                                      "DATABASE_NOTIFY",
                                                      "HISTORY_RETENTION",
                                                      "HISTORY_MAX_ROWS",
                                                      "HISTORY_EXCLUDE",
                                                      "HTTP_LISTEN",
                                                      "HTTP_AUTH_TOKEN",
                                                      "HTTP_ALLOWED_HOSTS",
                                                      "LOG_LEVEL",
                                                      "LOG_FORMAT",
                                                      "ACTOR_STATS_INTERVAL",
                                                      "NODE_NAME",
                                                      "NODE_ROLE",
                                                      "HUB_LISTEN",
                                                      "HUB_ADDRESS",
                                                      "HUB_TLS_CERT",
                                                      "HUB_TLS_KEY",
                                                      "HUB_TLS_CA",
                                                      "HUB_INSECURE"});
  for (const auto name : names) {
    CAPTURE(name);
    CHECK(std::ranges::any_of(setting_table(),
                              [name](const auto& each) { return each.name == name; }));
  }
}
