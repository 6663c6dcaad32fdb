#pragma once

#include "actors/actor_context.hpp"
#include "actors/platform/slot.hpp"
#include "sync/byte_budget.hpp"
#include "sync/fleet.hpp"
#include "sync/log_limit.hpp"
#include "sync/rate_limit.hpp"
#include "wire/members.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace volumeviz {

struct fleet_roster_parts {
  slot_ptr sessions; ///< of all sessions: its limit bounds the messages that wait in them together
  std::shared_ptr<admission> room; ///< see hub_session_parts
  /// How many bytes of batches all sessions may hold together.
  std::shared_ptr<sync::byte_budget> memory =
      std::make_shared<sync::byte_budget>(std::size_t{256} * 1024 * 1024);
  std::function<std::string()> secret;            ///< makes the token of a new session
  std::shared_ptr<wire::member_registry> members; ///< learns which member may reach which session
};

/// FLEET ROSTER: starts a session for each agent that the gate has checked, and knows which hosts
/// report and which are away. sync::fleet makes the decisions.
class fleet_roster {
public:
  using interface = fleet_roster_actor;

  fleet_roster(interface::pointer self, context_ptr context, fleet_roster_parts parts);
  ~fleet_roster();
  fleet_roster(const fleet_roster&) = delete;
  fleet_roster& operator=(const fleet_roster&) = delete;
  interface::behavior_type make_behavior();

private:
  using welcome_answer = caf::result<link_welcome, caf::strong_actor_ptr>;

  /// An agent that was admitted and whose session has not started yet.
  struct admitted_agent {
    agent_hello hello;
    caf::strong_actor_ptr link; ///< its HUB LINK
    std::uint64_t session = 0;
    bool snapshot = false;
    std::chrono::steady_clock::time_point since;
    caf::typed_response_promise<link_welcome, caf::strong_actor_ptr> answer;
  };
  struct session {
    caf::strong_actor_ptr actor; ///< HUB SESSION
    std::string host;
    caf::actor_addr link; ///< the agent's HUB LINK
  };

  welcome_answer admit(const agent_hello& agent, const caf::strong_actor_ptr& link);
  /// The number of the host's session whose actor has not ended; 0: none.
  std::uint64_t session_of(const std::string& host) const;
  void open_session(admitted_agent& x);
  void link_ended(const caf::down_msg& down);
  void session_ended(const caf::down_msg& down);
  std::string describe(const caf::down_msg& down) const;
  void end_session(std::uint64_t number);
  void mark_away(std::uint64_t number, const std::string& why);
  void end_silent_sessions();
  void refuse_overdue();
  sync::moment now() const;

  interface::pointer self_;
  context_ptr context_;
  fleet_roster_parts parts_;
  sync::fleet fleet_;
  sync::rate_limit admissions_; ///< by host
  sync::log_limit lines_;       ///< by kind of line and host
  std::map<std::uint64_t, session> sessions_;
  std::map<std::uint64_t, admitted_agent> next_; ///< by the session that has to end before
};

} // namespace volumeviz
