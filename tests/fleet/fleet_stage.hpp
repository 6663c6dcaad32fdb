#pragma once

#include "tests/chaos/workload.hpp"
#include "tests/fleet/network.hpp"
#include "tests/integration/recorded_rows.hpp"
#include "tests/support/docker_api.hpp"
#include "tests/support/dockerd.hpp"
#include "tests/support/postgres.hpp"
#include "tests/support/program.hpp"

#include <boost/json.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

/// What every fleet test happens on: a hub with a PostgreSQL of its own and three agents, each with
/// a Docker daemon of its own, each process in a network namespace with an address of its own.
/// The hub is machine 0 of the network, the host i machine i + 1.
class fleet_stage {
public:
  static constexpr std::size_t size = 3;
  using settings = support::variables;

  /// The settings of a machine that concern the link: how the hub and each agent prove who they
  /// are.
  using links = std::function<settings(std::size_t machine)>;
  static settings without_tls(std::size_t) { return {{"HUB_INSECURE", "true"}}; }

  explicit fleet_stage(links link = without_tls);
  ~fleet_stage();

  /// Ends it when it runs. Returns when its process has been started.
  support::program& start_hub(const settings& more = {});
  support::program& start_agent(std::size_t i, const settings& more = {});
  /// The agent of host i as the first process of a process namespace, on machine 1 whichever host
  /// it watches: nothing that its machine says tells it from another one.
  std::unique_ptr<support::program> first_process(std::size_t i);
  /// Hub, agents and users; until all rows are exact and all are healthy. Throws when that does not
  /// come within a minute.
  void begin();

  host& of(std::size_t i) { return *hosts_.at(i); }
  static std::size_t machine_of(std::size_t i) { return i + 1; }
  support::program& hub() { return *hub_; }
  std::string hub_address() const { return net.address(0) + ":4711"; }
  settings agent_settings(std::size_t i) const;

  /// `/api/v1/health`, or null while nobody answers.
  boost::json::value health_of_hub();
  boost::json::value health_of_agent(std::size_t i);
  /// As JSON; null while nobody answers.
  boost::json::value ask_hub(const std::string& path);

  void users_go_on();
  /// All users have stopped; throws when one can't.
  void users_freeze();
  /// Waits until every user has made so many calls more.
  void users_live(std::size_t calls);

  /// A line for every difference between a host's rows and its daemon; empty when all are exact.
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

/// Health's words about a check: its status, and "status: reasons" in one line.
std::string status_of(const boost::json::value& health, const std::string& check);
std::string words_of(const boost::json::value& health, const std::string& check);

/// A GET within the namespace; null for anything but JSON.
boost::json::value get_json(const network_namespace& where, std::uint16_t port,
                            const std::string& path);

/// False when the caller should skip its test, which is said in the test's output; throws instead
/// where VOLUMEVIZ_REQUIRE_SERVERS or CI is set.
bool fleet_can_run();

} // namespace volumeviz::fleet
