#pragma once

#include "tests/fleet/network.hpp"
#include "tests/stage/recorded_rows.hpp"
#include "tests/stage/workload.hpp"
#include "tests/support/docker_api.hpp"
#include "tests/support/dockerd.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/program.hpp"

#include <boost/json.hpp>
#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace volumeviz::fleet {

/// A host of the fleet: a Docker daemon with a random user, and the agent that watches it.
struct host {
  host(std::string its_name, std::uint64_t seed);

  std::string name; ///< NODE_NAME
  support::dockerd daemon;
  support::docker_api docker{daemon.api()};
  chaos::workload user;
  std::optional<support::program> agent;
};

/// A fleet of real processes: a hub with its own PostgreSQL, and three agents, each with its own
/// Docker daemon. Each process has its own network namespace and address. The hub is machine 0 of
/// the network, host i is machine i + 1.
class fleet_stage {
public:
  static constexpr std::size_t size = 3;
  using settings = support::variables;

  /// A machine's settings for the link: certificates, or none.
  using links = std::function<settings(std::size_t machine)>;
  static settings without_tls(std::size_t) { return {{"HUB_INSECURE", "true"}}; }

  explicit fleet_stage(links link = without_tls);
  ~fleet_stage();

  /// Restarts the process if it runs. Returns when the new one has been started.
  support::program& start_hub(const settings& more = {});
  support::program& start_agent(std::size_t i, const settings& more = {});
  /// Starts the agent of host i as process 1 of its own process namespace, always on machine 1. So
  /// all these agents have the same hardware addresses and process id.
  std::unique_ptr<support::program> first_process(std::size_t i);
  /// Starts hub, agents and users, and waits until all rows are exact and all processes healthy.
  /// Throws after a minute.
  void begin();

  host& of(std::size_t i) { return *hosts_.at(i); }
  static std::size_t machine_of(std::size_t i) { return i + 1; }
  support::program& hub() { return *hub_; }
  std::string hub_address() const { return net.address(0) + ":4711"; }
  settings agent_settings(std::size_t i) const;

  /// `/api/v1/health`, or null without an answer.
  boost::json::value health_of_hub();
  boost::json::value health_of_agent(std::size_t i);
  /// The answer as JSON; null without an answer.
  boost::json::value ask_hub(const std::string& path);

  void resume_users();
  /// Stops all users; throws when one does not stop.
  void freeze_users();
  /// Waits until every user has made so many more calls.
  void await_calls(std::size_t calls);

  /// One line for each difference between the rows and the daemons; empty when all rows are exact.
  std::string differences();
  std::string differences_of(std::size_t i);

  network net{size + 1};
  support::postgres database;
  integration::recorded records;

private:
  support::program& start(std::optional<support::program>& which, std::size_t machine,
                          settings all);

  links link_;
  std::array<std::unique_ptr<host>, size> hosts_;
  std::optional<support::program> hub_;
};

/// The status of a check in a health report.
std::string status_of(const boost::json::value& health, const std::string& check);
/// The whole check as JSON text.
std::string text_of(const boost::json::value& health, const std::string& check);

/// A GET within the namespace; null for any answer but JSON.
boost::json::value get_json(const network_namespace& where, std::uint16_t port,
                            const std::string& path);

/// Whether this machine can run a fleet; see support::server_can_run().
bool fleet_can_run();

/// A TEST_CASE that is skipped where no fleet can run.
#define FLEET_TEST(name) FLEET_TEST_WITH(DOCTEST_ANONYMOUS(fleet_test_), name)
#define FLEET_TEST_WITH(body, name)                                                                \
  static void body();                                                                              \
  TEST_CASE(name) {                                                                                \
    if (volumeviz::fleet::fleet_can_run())                                                         \
      body();                                                                                      \
  }                                                                                                \
  static void body()

} // namespace volumeviz::fleet
