#pragma once

#include "tests/chaos/faults.hpp"
#include "tests/chaos/health_watch.hpp"

#include <string>

namespace volumeviz::chaos {

/// One fault from its begin to the node's recovery, as measured. Times in milliseconds.
struct episode {
  std::string fault;
  std::string database;
  double lasted = 0;
  double noticed = -1;    ///< from the begin until health was not healthy; -1: it stayed healthy
  double staleness = 0;   ///< seconds, the worst that health reported
  std::string statuses{}; ///< that were seen, most frequent first
  std::string reason{};   ///< one that health gave
  bool wrong = false;     ///< rows differed from the daemon for a second while it lasted
  std::string status_wrong{}; ///< what health said then
  double exact = -1;          ///< from the end of the fault to exact rows; -1: not within the bound
  double healthy = -1;        ///< from the end of the fault to "healthy"; -1: not within the bound
  double failed = 0, dropped = 0; ///< events, by the node's counters
  std::string trouble{};          ///< why it counts as a failure; empty: it does not
};

/// How much time faults get, and the node to recover.
struct measure {
  bool brief = false; ///< faults of a second instead of up to their longest
  std::chrono::milliseconds bound{15'000};
};

episode live_through(arena& a, const fault& what, health_watch& health, const measure& how);

} // namespace volumeviz::chaos
