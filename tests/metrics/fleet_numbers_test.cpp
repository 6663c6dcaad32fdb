// The numbers of agents and hubs.

#include "metrics/metrics.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

using namespace volumeviz;

namespace {

constexpr timestamp second = 1'000'000'000;
constexpr timestamp now = 1'700'000'000 * second;
const std::string prefix = "volumeviz_events_";

/// The value of a series, by its whole name with labels; "" when it is not there.
std::string value_in(const std::string& rendered, const std::string& series) {
  const auto text = "\n" + rendered;
  auto at = text.find("\n" + prefix + series + " ");
  if (at == std::string::npos)
    return {};
  at += prefix.size() + series.size() + 2;
  return text.substr(at, text.find('\n', at) - at);
}

bool has_family(const std::string& rendered, const std::string& name) {
  return rendered.find("# TYPE " + prefix + name + " ") != std::string::npos;
}

host_report host_named(const std::string& name, bool connected) {
  host_report host;
  host.host = name;
  host.connected = connected;
  host.queue_size = 7;
  host.verified_at = now - 2 * second - second / 2;
  return host;
}

const std::vector<std::string> of_agents{"hub_connected", "hub_redials_total",
                                         "hub_round_trip_seconds", "hub_refusals_total"};
const std::vector<std::string> of_hubs{"link_chunks_total", "link_refused_total",
                                       "link_rejected_agents_total"};
const std::vector<std::string> of_hosts{"hosts", "host_connected", "host_lag_seconds",
                                        "host_verified_timestamp_seconds", "host_queue_size"};

} // namespace

TEST_CASE(
    "each role shows its own metrics from the first scrape on, and not those of other roles") {
  const auto alone = metrics::catalogue{}.render();
  const auto agent = metrics::catalogue{node_role::agent}.render();
  const auto hub = metrics::catalogue{node_role::hub}.render({}, now);
  for (const auto& name : of_agents) {
    CAPTURE(name);
    CHECK(has_family(agent, name));
    CHECK_FALSE(has_family(alone, name));
    CHECK_FALSE(has_family(hub, name));
  }
  for (const auto* names : {&of_hubs, &of_hosts})
    for (const auto& name : *names) {
      CAPTURE(name);
      CHECK(has_family(hub, name));
      CHECK_FALSE(has_family(alone, name));
      CHECK_FALSE(has_family(agent, name));
    }
  CHECK(has_family(alone, "database_up"));
  CHECK(has_family(hub, "database_up"));
  CHECK_FALSE(has_family(
      agent, "database_up")); // an agent has no database, and must not trigger the alert about it
  for (const auto* reason : {"protocol", "name", "certificate", "duplicate", "busy"})
    CHECK(value_in(hub, "link_rejected_agents_total{reason=\"" + std::string{reason} + "\"}")
          == "0");
  CHECK(value_in(hub, R"(hosts{state="connected"})") == "0");
  CHECK(value_in(hub, R"(hosts{state="away"})") == "0");
  CHECK(value_in(agent, "hub_connected") == "0");
}

TEST_CASE("an agent's metrics change its own series") {
  metrics::catalogue numbers{node_role::agent};
  numbers.hub.connected.set(true);
  numbers.hub.redials.add();
  numbers.hub.redials.add();
  numbers.hub.round_trip.observe(metrics::seconds{0.003});
  numbers.hub.round_trip.observe(metrics::seconds{-1}); // a clock was set back
  numbers.hub.refusals.add();
  numbers.agents.chunks.add(); // a hub's, and nothing here
  numbers.database_up.set(true);
  const auto text = numbers.render();
  CHECK(value_in(text, "hub_connected") == "1");
  CHECK(value_in(text, "hub_redials_total") == "2");
  CHECK(value_in(text, "hub_round_trip_seconds_count") == "2");
  CHECK(value_in(text, "hub_round_trip_seconds_sum") == "0.003");
  CHECK(value_in(text, "hub_refusals_total") == "1");
  numbers.hub.connected.set(false);
  CHECK(value_in(numbers.render(), "hub_connected") == "0");
}

TEST_CASE("a hub's metrics change its own series") {
  metrics::catalogue numbers{node_role::hub};
  numbers.agents.chunks.add();
  numbers.agents.chunks.add();
  numbers.agents.refused.add();
  numbers.agents.rejected(metrics::rejection::certificate).add();
  numbers.agents.rejected(metrics::rejection::busy).add();
  numbers.agents.rejected(metrics::rejection::busy).add();
  numbers.hub.redials.add(); // an agent's, and nothing here
  const auto text = numbers.render();
  CHECK(value_in(text, "link_chunks_total") == "2");
  CHECK(value_in(text, "link_refused_total") == "1");
  CHECK(value_in(text, R"(link_rejected_agents_total{reason="protocol"})") == "0");
  CHECK(value_in(text, R"(link_rejected_agents_total{reason="certificate"})") == "1");
  CHECK(value_in(text, R"(link_rejected_agents_total{reason="busy"})") == "2");
}

TEST_CASE("every host has series as long as the hub knows it") {
  const metrics::catalogue numbers{node_role::hub};
  auto fresh = host_named("c", true);
  fresh.verified_at = never;
  const auto text = numbers.render({host_named("a", true), host_named("b", false), fresh}, now);
  CHECK(value_in(text, R"(host_connected{host="a"})") == "1");
  CHECK(value_in(text, R"(host_connected{host="b"})") == "0");
  CHECK(value_in(text, R"(hosts{state="connected"})") == "2");
  CHECK(value_in(text, R"(hosts{state="away"})") == "1");
  CHECK(value_in(text, R"(host_lag_seconds{host="a"})") == "2.5");
  CHECK(value_in(text, R"(host_lag_seconds{host="b"})") == "2.5");
  CHECK(value_in(text, R"(host_verified_timestamp_seconds{host="a"})") == "1699999997.5");
  CHECK(value_in(text, R"(host_queue_size{host="a"})") == "7");
  SUBCASE("what is not known has no series") {
    CHECK(value_in(text, R"(host_lag_seconds{host="c"})") == "");
    CHECK(value_in(text, R"(host_verified_timestamp_seconds{host="c"})") == "0");
    CHECK(value_in(text, R"(host_queue_size{host="b"})") == "");
  }
  SUBCASE("a lag is never negative") {
    CHECK(value_in(numbers.render({host_named("a", true)}, now - 60 * second),
                   R"(host_lag_seconds{host="a"})")
          == "0");
  }
  SUBCASE("a host that is forgotten has none any more") {
    const auto later = numbers.render({host_named("a", true)}, now);
    CHECK(later.find("host=\"b\"") == std::string::npos);
    CHECK(value_in(later, R"(hosts{state="away"})") == "0");
  }
  SUBCASE("two reports of a name are one series: two would spoil the scrape") {
    const auto twice = numbers.render({host_named("a", false), host_named("a", true)}, now);
    CHECK(value_in(twice, R"(host_connected{host="a"})") == "1");
    CHECK(twice.find("host_connected{host=\"a\"}") == twice.rfind("host_connected{host=\"a\"}"));
  }
}

TEST_CASE("promtool accepts the output of an agent and a hub") {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) { // NOLINT(cert-env33-c)
    REQUIRE_MESSAGE(std::getenv("CI") == nullptr,
                    "promtool is missing, and in CI it must be there");
    MESSAGE("promtool is not installed: skipped (Debian package prometheus or promtool)");
    return;
  }
  const auto text = std::vector{metrics::catalogue{node_role::agent}.render(),
                                metrics::catalogue{node_role::hub}.render(
                                    {host_named("a", true), host_named("b", false)}, now)};
  for (const auto& output : text) {
    const auto file =
        std::filesystem::temp_directory_path() / ("volumeviz-fleet-" + std::to_string(getpid()));
    std::ofstream{file} << output;
    const auto command = "promtool check metrics < '" + file.string() + "' 2>&1";
    std::string remarks;
    if (auto* out = popen(command.c_str(), "r")) {
      char buffer[512];
      while (auto n = std::fread(buffer, 1, sizeof buffer, out))
        remarks.append(buffer, n);
      CHECK(pclose(out) == 0);
    }
    std::filesystem::remove(file);
    CHECK(remarks == "");
  }
}
