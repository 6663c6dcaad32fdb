#pragma once

#include "actors/node/node.hpp"
#include "tests/simulation/model_link.hpp"
#include "tests/simulation/model_store.hpp"
#include "tests/simulation/schedule.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// What a fleet needs from the world around it.
struct fleet_surroundings {
  std::function<std::shared_ptr<persistence::store>()> make_store;
  wall_clock now;
  std::shared_ptr<spdlog::logger> log;
  std::function<void(const std::string&)> tell;
  /// A hub has died: none of its actors is delayed any more.
  std::function<void()> hub_is_gone;
  /// The database was replaced by an older one.
  std::function<void()> database_went_back;
};

/// The hub with the database behind it, the agent's connections to it, and other agents that try to
/// connect. The agent itself is the world's node.
class fleet {
public:
  fleet(machine& runs, const schedule& what, const tampering& how, model_store& store);
  ~fleet();
  fleet(const fleet&) = delete;
  fleet& operator=(const fleet&) = delete;

  /// The hub's first process.
  void start(fleet_surroundings around);
  /// Called before the machine ends all actors.
  void end();

  /// A new process of the agent.
  void make_agent(node_parts& parts);
  void agent_died();

  void happen(const step& x);
  /// Connections work again, and the hub too. Lost messages stay lost.
  void heal();
  /// An actor of the hub or the link was killed or delayed.
  void disturb() { ++disturbances_, disturbed_at_ = runs_.now(); }
  void committed();

  /// What may happen on the connections, see machine.
  std::size_t ready() const;
  void go_on(std::size_t i);

  /// The name of an actor's slot; the hub's root is called "hub".
  const std::string& called(const actor_slot& who) const;
  const fleet_roster_actor& roster() const { return hub_.roster; }
  /// False after the database was replaced by an older one, until the agent knows. "Verified at" is
  /// not checked before that.
  bool holds_claim(nanoseconds until) const { return !put_back_ && until > claims_from_; }
  /// Another host's rows are as they were.
  bool others_untouched() const;

private:
  caf::result<caf::node_id, caf::strong_actor_ptr, std::set<std::string>> connect(unsigned process);
  std::shared_ptr<model_link> make_link();
  void start_hub();
  void hub_died();
  void kill_hub(nanoseconds away);
  void break_link(const step& x);
  void stall_link(const step& x);
  void cut(model_link& which, unsigned who_is_late, nanoseconds late);

  // Other agents; strangers.cpp.
  void intrude(unsigned what);
  void say_hello(agent_hello hello,
                 std::function<void(const link_welcome&, hub_session_actor)> then);
  void write_into_the_session();
  void spawn(std::function<void(caf::event_based_actor*)> stranger);
  bool reports_for_certain() const;

  machine& runs_;
  const schedule& schedule_;
  const tampering& how_;
  model_store& store_;
  fleet_surroundings around_;

  node_handles hub_{};
  actor_slot* hub_root_ = nullptr;
  bool hub_up_ = false;
  nanoseconds hub_away_{0}; ///< how long it will be
  unsigned hubs_ = 0, agents_ = 0, strangers_ = 0;
  std::uint64_t secrets_ = 0;

  std::vector<std::shared_ptr<model_link>> links_;
  std::shared_ptr<model_link> link_; ///< the agent's newest
  model_link::leftovers lost_;
  link_welcome welcome_;
  hub_session_actor session_; ///< of that welcome

  std::uint64_t disturbances_ = 0;
  nanoseconds disturbed_at_{-3'600'000'000'000};
  std::deque<support::memory_rows> backups_; ///< after each of the last commits
  std::optional<support::memory_rows> to_put_back_;
  bool put_back_ = false;
  nanoseconds claims_from_{-3'600'000'000'000};
  support::memory_rows others_rows_;
};

/// What a stranger would write if it were admitted: nothing that the host has.
change_batch stray_batch(const std::string& host);

} // namespace volumeviz::simulation
