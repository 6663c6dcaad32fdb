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

/// One fault under a running workload: it begins, is reported by name, ends, and the fleet
/// recovers. The checks are doctest's. The measured times go to the test's output and, as one line
/// with tabs, to the file in FLEET_REPORT: fault, seconds until the hub knew, until the agents
/// knew, from the fault's end until all rows were exact, and until all processes were healthy.
class episode {
public:
  /// Generous bounds for busy machines. The measured times are far below, see docs/reliability.md.
  static constexpr std::chrono::seconds notice_bound{15};
  static constexpr std::chrono::seconds recovery_bound{20};

  episode(fleet_stage& on, std::string fault);

  /// Causes the fault while the users make changes.
  void begin(const std::function<void()>& fault);
  /// The hub becomes degraded, and reports each of these hosts as away.
  void hub_reports_away(const hosts_of_fleet& away);
  /// The check `hub` of these agents becomes unhealthy, while their own streams stay connected.
  void agents_report_the_hub(const hosts_of_fleet& which);
  /// Stops the users. The changes on these hosts since the fault are not in the rows.
  void rows_are_behind(const hosts_of_fleet& which);
  /// Ends the fault. The rows of all hosts become exact, and again after further changes of the
  /// users.
  void end(const std::function<void()>& fault);

private:
  using clock = std::chrono::steady_clock;

  std::string unhealthy();
  void report();
  void show_logs();

  fleet_stage& on_;
  std::string fault_;
  clock::time_point begun_;
  std::optional<double> hub_knew_, agents_knew_, exact_, healthy_; ///< seconds
};

} // namespace volumeviz::fleet
