#pragma once

#include "actors/fleet/hub_link_parts.hpp"
#include "actors/platform/repeated.hpp"
#include "sync/backoff.hpp"

#include <functional>
#include <set>
#include <string>

namespace volumeviz {

/// An agent's session with its hub: connects, says hello, introduces the agent, is admitted, and
/// sends heartbeats. Each step has its time limit. A step that fails ends the attempt, and the next
/// attempt follows after a wait.
class hub_client {
public:
  struct callbacks {
    std::function<void(const hub_session_actor&, const link_welcome&)> connected;
    /// Also after an attempt that failed.
    std::function<void(const failure& why)> disconnected;
    std::function<void()> heartbeat_answered;
  };

  /// `parts` must outlive it.
  hub_client(hub_link_actor::pointer self, context_ptr context, const hub_link_parts& parts,
             callbacks on);

  void connect();
  /// Does nothing while the agent has no session.
  void send_heartbeat();
  /// An actor that the link monitors has ended.
  void actor_ended(const caf::down_msg& down);
  /// Keeps what the agent says about its Docker engine.
  void learn_engine(const host_facts& facts);

private:
  void say_hello(const caf::strong_actor_ptr& gate, const std::set<std::string>& messages);
  void introduce(const hub_gate_actor& gate, const std::string& refused);
  void admitted(const link_welcome& welcome, const caf::strong_actor_ptr& session);
  void send_heartbeat(const health_report& health);
  void step_failed(std::uint64_t attempt, const char* what, const caf::error& why);
  void lost(std::string why);

  hub_link_actor::pointer self_;
  context_ptr context_;
  const hub_link_parts& parts_;
  callbacks on_;
  sync::backoff waits_;
  repeated_failure trouble_;
  hub_session_actor session_; ///< null until the hub has admitted us
  std::string token_;
  std::uint64_t attempt_ = 0; ///< answers to an earlier attempt are ignored
  host_facts engine_;
};

} // namespace volumeviz
