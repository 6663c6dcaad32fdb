#pragma once

#include "actors/actors.hpp"
#include "metrics/metrics.hpp"
#include "sync/log_limit.hpp"
#include "wire/members.hpp"

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>

namespace volumeviz {

/// What the hub gate needs.
struct hub_gate_parts {
  std::string program_version;
  std::shared_ptr<const wire::member_registry> members; ///< who has proven what
  fleet_roster_actor roster;
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<spdlog::logger> log;
};

/// HUB GATE: checks that an agent's connection may report for the host, then leaves it to the
/// roster. It keeps nothing of what comes from outside.
class hub_gate {
public:
  using interface = hub_gate_actor;

  hub_gate(interface::pointer self, hub_gate_parts parts);
  interface::behavior_type make_behavior();

private:
  using greeting = caf::result<std::uint32_t, std::string, std::string>;
  using entrance = caf::result<link_welcome, caf::strong_actor_ptr>;

  greeting greet(std::uint32_t protocol, const std::string& host, const std::string& version);
  entrance introduced(const agent_hello& hello);
  caf::error refuse(metrics::rejection reason, const std::string& host, const std::string& why);

  interface::pointer self_;
  hub_gate_parts parts_;
  sync::log_limit lines_; ///< by name and reason
};

} // namespace volumeviz
