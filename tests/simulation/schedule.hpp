#pragma once

#include "tests/simulation/model_daemon.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// What can happen. `a`, `b` and `span` of a step say to whom, how and how long or how often.
enum class op : std::uint8_t {
  // In the world.
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
  chatter, ///< events that nobody needs but the ring holds
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
  repeat,
  set_clock,
  // To the database.
  fail_writes,
  // To the node.
  delay_actor,
  kill_actor,
  kill_node,
  defect, ///< an exception from the inside of a handler
  demand, ///< a reconciliation
};
constexpr unsigned ops = static_cast<unsigned>(op::demand) + 1;
constexpr bool is_trouble(op x) noexcept {
  return x >= op::end_streams && x != op::repeat && x != op::demand;
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

/// A life of the world and what the node is set to.
struct schedule {
  std::uint64_t order = 0; ///< of all that is not a step: who runs first, how lines are cut
  daemon_habits habits;
  std::size_t queue = 1000;
  std::size_t batch_max = 32;
  std::size_t list_above = 60;
  std::size_t keys_max = 20'000;
  unsigned before_start = 0; ///< so many steps happen before the node is started
  std::vector<step> steps;
};

/// The schedule of this number; the same for ever.
schedule make_schedule(std::uint64_t seed);

/// In words, a line a step.
std::string to_words(const schedule& x);
std::string step_in_words(const step& x);

/// The actors that can be killed and delayed.
const std::vector<std::string>& actor_names();

} // namespace volumeviz::simulation
