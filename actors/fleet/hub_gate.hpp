#pragma once

#include "actors/actors.hpp"
#include "actors/fleet/link_keys.hpp"
#include "metrics/metrics.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace volumeviz {

/// What the hub gate needs.
struct hub_gate_parts {
  std::string program_version;
  std::uint64_t boot = 0; ///< random, of this process
  link_keys keys;
  fleet_roster_actor roster;
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<spdlog::logger> log;
};

/// HUB GATE: checks who an agent is, then leaves it to the roster. Whatever comes from outside, it
/// holds a bounded number of agents that have introduced themselves and not proven anything yet.
class hub_gate {
public:
  using interface = hub_gate_actor;

  hub_gate(interface::pointer self, hub_gate_parts parts);
  interface::behavior_type make_behavior();

private:
  using steady = std::chrono::steady_clock;
  using greeting = caf::result<std::uint32_t, std::string, std::string>;
  using entrance = caf::result<link_welcome, caf::strong_actor_ptr>;

  /// An agent that has introduced itself.
  struct applicant {
    agent_hello hello;
    hub_challenge challenge;
    steady::time_point came;
  };

  greeting greet(std::uint32_t protocol, const std::string& host, const std::string& version);
  caf::result<hub_challenge> introduced(const agent_hello& hello);
  entrance proven(const agent_proof& proof);
  caf::error refuse(metrics::rejection reason, const std::string& host, const std::string& why);
  void forget_the_late();

  interface::pointer self_;
  hub_gate_parts parts_;
  std::map<std::string, applicant> applicants_; ///< by the challenge's nonce
};

} // namespace volumeviz
