#pragma once

#include "bench/task.hpp"

#include <functional>
#include <string>
#include <vector>

namespace volumeviz::bench {

/// Each measures all its repetitions. docs/performance.md explains the rows.
void measure_latency(task& by, database_kind kind);
void measure_reconcile(task& by, database_kind kind);
void measure_large(task& by);
void measure_blast(task& by);
void measure_idle(task& by);
void measure_metrics(task& by);
void measure_growth(task& by, database_kind kind);
void measure_starts(task& by, database_kind kind);
void measure_strategies(task& by, database_kind kind);

struct measurement {
  std::string name; ///< what the names of its rows begin with
  std::function<void(task&)> run;
};

std::vector<measurement> all_measurements();

/// What the names of a measurement's rows begin with: "latency/sqlite/".
std::string row_prefix(const std::string& measurement, database_kind kind);

} // namespace volumeviz::bench
