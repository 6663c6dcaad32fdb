#include "bench/measurements/all.hpp"

namespace volumeviz::bench {

std::string row_prefix(const std::string& measurement, database_kind kind) {
  return measurement + (kind == database_kind::sqlite ? "/sqlite/" : "/postgresql/");
}

std::vector<measurement> all_measurements() {
  std::vector<measurement> result;
  const auto on_each = [&](const std::string& name, void (*run)(task&, database_kind)) {
    for (const auto kind : both_databases) {
      auto prefix = row_prefix(name, kind);
      prefix.pop_back();
      result.push_back({prefix, [=](task& by) { run(by, kind); }});
    }
  };
  on_each("latency", &measure_latency);
  on_each("reconcile", &measure_reconcile);
  result.push_back({"large", &measure_large});
  result.push_back({"blast", &measure_blast});
  result.push_back({"idle", &measure_idle});
  result.push_back({"metrics", &measure_metrics});
  on_each("growth", &measure_growth);
  on_each("starts", &measure_starts);
  on_each("strategies", &measure_strategies);
  return result;
}

} // namespace volumeviz::bench
