#pragma once

#include "actors/fleet/fleet_roster.hpp"
#include "actors/fleet/hub_gate.hpp"
#include "actors/fleet/hub_link.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/memory_store.hpp"
#include "wire/members.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::testing {

/// A hub with a store in memory, and agents, in one actor system. It leaves out what CAF does
/// between two processes; the program's own actors are the real ones.
class fleet_rig : public support::deterministic_system {
public:
  fleet_rig();
  ~fleet_rig();

  /// Starts a hub with the store of the one before, which has lost everything else.
  void start_hub();
  void stop_hub();

  /// An agent's link; its handlers listen.
  struct agent {
    context_ptr context;
    hub_link_parts parts;
    hub_link_actor link;
    std::shared_ptr<heard> volumes = std::make_shared<heard>();
    std::shared_ptr<heard> health = std::make_shared<heard>();
    std::vector<write_answer> answers;
  };
  std::shared_ptr<agent> start_agent(const std::string& host, std::uint64_t incarnation);
  /// The agent's process ends.
  void kill(agent& x);

  /// A batch with these volumes; its answer is added to the agent's.
  void write(const std::shared_ptr<agent>& from, const std::vector<std::string>& volumes,
             bool complete = false);
  static change_batch batch_of(const std::vector<std::string>& volumes, bool complete);

  std::vector<host_report> hosts();
  /// The one host that is known.
  host_report host();
  std::vector<std::string> stored(const std::string& host) const;
  /// The gate's answer to the first question of any program; empty: not refused.
  std::string say_hello(std::uint32_t protocol, const std::string& host);

  std::shared_ptr<support::memory_store> store = std::make_shared<support::memory_store>();
  std::shared_ptr<metrics::catalogue> numbers =
      std::make_shared<metrics::catalogue>(node_role::hub);
  /// The agents live in the hub's actor system, so its node is the one member.
  std::shared_ptr<wire::member_registry> members;
  /// From now on the one member has proven this.
  void prove(const wire::member& who);
  std::size_t queue = 1000;
  bool reachable = true; ///< else the hub's port is closed
  kept_log log;
  std::shared_ptr<actor_context> context; ///< the hub's
  inventory_store_actor writer;
  fleet_roster_actor roster;
  hub_gate_actor gate;
  slot_ptr sessions;
  std::uint64_t dialed = 0;

private:
  std::string secret() { return std::to_string(++secrets_); }

  connector_actor connector_;
  std::uint64_t secrets_ = 0;
};

} // namespace volumeviz::testing
