#pragma once

#include "tests/fleet/fleet_stage.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::fleet {

using hosts_of_fleet = std::vector<std::size_t>;
inline const hosts_of_fleet all_hosts{0, 1, 2};

/// One fault: begun under a living workload, noticed by name, ended, and recovered from. Its checks
/// are doctest's. What was measured goes to the test's output and, as a line of columns separated
/// by tabs, to the file that FLEET_REPORT names: fault, seconds until the hub knew, until the
/// agents knew, from the fault's end until all rows were exact, and until everything was healthy.
class episode {
public:
  /// The bounds of what is asserted, generous: the machine may be busy. What is measured is far
  /// below, see docs/reliability.md.
  static constexpr std::chrono::seconds notice_bound{15};
  static constexpr std::chrono::seconds recovery_bound{20};

  episode(fleet_stage& on, std::string fault);

  /// Makes the fault while the users live.
  void begin(const std::function<void()>& fault);
  /// The hub is degraded, and says of each of these that it is away.
  void hub_misses(const hosts_of_fleet& away);
  /// These agents' check `hub` is unhealthy, and their own stream is connected all the same.
  void agents_miss_the_hub(const hosts_of_fleet& which);
  /// The users have stopped, and what has happened on these hosts meanwhile is not in the rows.
  void rows_are_behind(const hosts_of_fleet& which);
  /// Ends the fault; the rows of all hosts become exact, and stay so while the users go on.
  void end(const std::function<void()>& fault);

private:
  using clock = std::chrono::steady_clock;

  std::string ills();
  void report();
  void show_logs();

  fleet_stage& on_;
  std::string fault_;
  clock::time_point begun_;
  std::optional<double> hub_knew_, agents_knew_, exact_, healthy_; ///< seconds
};

} // namespace volumeviz::fleet
