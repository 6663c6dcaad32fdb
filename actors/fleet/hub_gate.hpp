#pragma once

#include "actors/actor_context.hpp"
#include "metrics/metrics.hpp"
#include "sync/log_limit.hpp"
#include "wire/members.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace volumeviz {

struct hub_gate_parts {
  std::string program_version;
  std::shared_ptr<const wire::member_registry> members; ///< what each connection has proven
};

/// HUB GATE: checks that an agent's connection may report for the host, then asks the roster to
/// admit it. The gate keeps nothing that agents send.
class hub_gate {
public:
  using interface = hub_gate_actor;

  hub_gate(interface::pointer self, context_ptr context, hub_gate_parts parts);
  interface::behavior_type make_behavior();

private:
  using hello_answer = caf::result<std::uint32_t, std::string, std::string>;
  using welcome_answer = caf::result<link_welcome, caf::strong_actor_ptr>;

  hello_answer hello(std::uint32_t protocol, const std::string& host, const std::string& version);
  welcome_answer admit(const agent_hello& agent);
  caf::error refuse(metrics::rejection reason, const std::string& host, const std::string& why);

  interface::pointer self_;
  context_ptr context_;
  hub_gate_parts parts_;
  sync::log_limit lines_; ///< by host and reason
};

} // namespace volumeviz
