#pragma once

#include "tests/simulation/model_daemon.hpp"
#include "tests/simulation/model_store.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// What can happen. `a`, `b` and `span` of a step say to which resource or actor, how, and how long
/// or how often.
enum class op : std::uint8_t {
  // Changes of resources.
  create_volume,
  remove_volume,
  replace_volume, ///< removed, and another of the same name created
  prune_volumes,
  create_container, ///< `b`: the volumes that it mounts; those that are missing are created
  run_container,
  start,
  stop,
  die,
  restart,
  remove_container,
  replace_container, ///< removed, and another of the same name run
  rename,
  pause,
  health,
  prune_containers,
  chatter, ///< events that the stream filters out and the ring holds
  burst,   ///< many events of one container
  calm,    ///< nothing for a while
  // To the daemon and the way to it.
  end_streams,
  hang,
  restart_daemon,
  fail_calls,
  plugin_down,
  stall_reader,
  damage,
  cripple, ///< `a`: a resource whose inspects fail while lists show it; `b`: how, and for how long
  repeat,
  set_clock,
  malform, ///< `a`: a resource that lists and inspects show malformed; `b`: how
  // To the database.
  fail_writes,
  // To the node.
  delay_actor,
  kill_actor,
  kill_node,
  defect, ///< an exception from the inside of a handler
  demand, ///< a reconciliation
  // To the rows. No event reports it, so the next full reconciliation repairs them.
  tamper,    ///< `a`: the place of the row, `b`: which kind, and how
  lose_lock, ///< the connection breaks, and another writer has the host's lock; `a`, `b`: as above
  restore,   ///< `a`: how many commits back, `b`: from a dump or with the versions of then
  // To the link between an agent and its hub, and to the hub; fleet_schedule.cpp.
  break_link = 100, ///< `a`: the side that notices late, `b`: at what message
  stall_link,       ///< `a`: in which direction, `b`: whether it breaks then
  kill_hub,
  restore_hub, ///< it dies, and its database comes back as it was a while ago
  intrude,     ///< `a`: what another agent tries
};
constexpr bool is_of_link(op x) noexcept {
  return x >= op::break_link;
}
constexpr unsigned ops = static_cast<unsigned>(op::restore) + 1;
constexpr bool is_trouble(op x) noexcept {
  return x >= op::end_streams && x != op::repeat && x != op::demand && x != op::intrude;
}

/// When a step happens.
enum class moment : std::uint8_t {
  at_once,
  before_answer, ///< inside the next call to the daemon, before the answer is made up
  after_answer,  ///< inside it, when the answer is made up and on its way
  in_the_gap,    ///< between a stream's headers and its subscription
  during_write,  ///< inside the next write, before anything is written
};

struct step {
  op what = op::calm;
  unsigned a = 0;
  unsigned b = 0;
  unsigned span = 0;      ///< ms, or a number
  milliseconds before{0}; ///< how long nothing happens before it
  moment when = moment::at_once;
  friend bool operator==(const step&, const step&) = default;
};

/// What happens in one run, and the settings of the node.
struct schedule {
  std::uint64_t order = 0; ///< of all that is not a step: which actor runs first, how lines are cut
  daemon_habits habits;
  std::size_t queue = 1000;
  std::size_t batch_max = 32;
  std::size_t list_above = 60;
  std::size_t keys_max = 20'000;
  model_store::engine database = model_store::engine::postgresql;
  bool history = false; ///< the database is the product's own SQLite store
  bool fleet = false;   ///< the node is an agent, and a hub has the database
  std::size_t hub_queue = 1000;
  std::size_t chunk_bytes = 256 * 1024;
  unsigned before_start = 0; ///< so many steps happen before the node is started
  std::vector<step> steps;
};

/// The schedule of this number. The same number always gives the same schedule.
schedule make_schedule(std::uint64_t seed);

/// The same without what other clients do to the rows, and what they do.
schedule make_schedule_without_others(std::uint64_t seed);
void add_other_clients(schedule& to, std::uint64_t seed);

/// The same with a real SQLite database, and what other clients do to it.
schedule make_history_schedule(std::uint64_t seed);

/// The same with an agent and a hub in place of the node.
schedule make_fleet_schedule(std::uint64_t seed);

/// The schedule in words, one line for each step.
std::string to_words(const schedule& x);
std::string step_in_words(const step& x);
std::string link_step_in_words(const step& x);

/// The actors that can be killed and delayed.
const std::vector<std::string>& actor_names();
/// The other actors of a fleet. The first has the number `fleet_actors` in a step.
const std::vector<std::string>& fleet_actor_names();
constexpr unsigned fleet_actors = 100;
const std::string& actor_name(unsigned number);

} // namespace volumeviz::simulation
