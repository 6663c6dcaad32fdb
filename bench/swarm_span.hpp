#pragma once

#include "bench/measure.hpp"
#include "bench/usage.hpp"
#include "tests/swarm/hub.hpp"

#include <map>

namespace volumeviz::bench {

/// What a hub, its database and its agents did and used in a period.
struct span_numbers {
  double seconds = 0;
  samples change_to_answer; ///< milliseconds, of each change
  double changes = 0;       ///< that were committed, a second
  double resources = 0;     ///< in batches that were committed, a second
  double batches = 0;       ///< committed, a second
  double transactions = 0;  ///< a second
  double group = 0;         ///< batches a transaction, on average
  double writing = 0;       ///< share of the time in which the hub's store was writing
  double failures = 0;      ///< batches that were not committed, a second
  double hub_cpu = 0, agents_cpu = 0, database_cpu = 0; ///< of one core; SQLite's is the hub's
  double hub_rss_mb = 0;
  std::size_t reconnects = 0; ///< of links
};

/// Measures from its construction to end().
class span {
public:
  span(swarm::hub& at, swarm::crowd& agents);
  span_numbers end();

private:
  struct snapshot {
    clock::time_point when;
    usage hub, agents;
    std::map<pid_t, double> database_ms;
    double transactions = 0, batches = 0, writing_s = 0;
  };
  snapshot look();

  swarm::hub& hub_;
  swarm::crowd& agents_;
  snapshot begin_;
};

} // namespace volumeviz::bench
