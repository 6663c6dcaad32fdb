#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/platform/slot.hpp"
#include "metrics/metrics.hpp"
#include "sync/byte_budget.hpp"
#include "sync/fleet.hpp"
#include "sync/log_limit.hpp"
#include "sync/rate_limit.hpp"
#include "wire/members.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz {

/// What the fleet roster needs.
struct fleet_roster_parts {
  slot_ptr sessions; ///< the place of all sessions; its limit bounds what waits in them together
  std::shared_ptr<admission> room; ///< see hub_session_parts
  /// What all sessions may hold of their agents' batches together.
  std::shared_ptr<sync::byte_budget> memory =
      std::make_shared<sync::byte_budget>(std::size_t{256} * 1024 * 1024);
  std::function<std::string()> secret;            ///< of a new session: something nobody can guess
  std::shared_ptr<wire::member_registry> members; ///< told who may reach which session
  inventory_store_actor store;
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<spdlog::logger> log;
  wall_clock now = system_now;
};

/// FLEET ROSTER: starts a session for every agent that was let in, and knows who reports and who is
/// away. The decisions are sync::fleet's.
class fleet_roster {
public:
  using interface = fleet_roster_actor;

  fleet_roster(interface::pointer self, fleet_roster_parts parts);
  ~fleet_roster();
  fleet_roster(const fleet_roster&) = delete;
  fleet_roster& operator=(const fleet_roster&) = delete;
  interface::behavior_type make_behavior();

private:
  using entrance = caf::result<link_welcome, caf::strong_actor_ptr>;

  /// An agent that was admitted and has no session yet.
  struct newcomer {
    agent_hello who;
    caf::strong_actor_ptr agent;
    std::uint64_t session = 0;
    bool snapshot = false;
    std::chrono::steady_clock::time_point came;
    caf::typed_response_promise<link_welcome, caf::strong_actor_ptr> answer;
  };

  entrance admit(const agent_hello& who, const caf::strong_actor_ptr& agent);
  /// The host's session that has not ended yet, if only because nobody has told it; 0: none.
  std::uint64_t session_of(const std::string& host) const;
  void open_session(newcomer& x);
  void agent_ended(const caf::down_msg& down);
  void session_ended(const caf::down_msg& down);
  std::string words_for(const caf::down_msg& down) const;
  void end_session(std::uint64_t number);
  void away(std::uint64_t number, const std::string& why);
  void end_the_silent();
  void forget_the_late();
  sync::moment now() const;

  interface::pointer self_;
  fleet_roster_parts parts_;
  sync::fleet fleet_;
  sync::rate_limit admissions_; ///< by host
  sync::log_limit lines_;       ///< by host and what they tell
  std::map<std::uint64_t, caf::strong_actor_ptr> sessions_;
  std::map<std::uint64_t, std::string> hosts_;      ///< of the sessions
  std::map<std::uint64_t, caf::actor_addr> agents_; ///< of the sessions: their HUB LINKs
  std::map<std::uint64_t, newcomer> next_;          ///< by the session that has to end before
};

} // namespace volumeviz
