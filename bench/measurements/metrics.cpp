// The size of a scrape.
#include "bench/fake_node.hpp"
#include "bench/measurements/all.hpp"
#include "bench/reconciliation.hpp"

namespace volumeviz::bench {

void measure_metrics(task& by) {
  support::fake_daemon daemon;
  fill(daemon, 100, 10);
  for (int i = 0; i < by.repetitions(); ++i) {
    fake_node node{database_kind::sqlite, daemon.host()};
    node.start();
    await_quiet(node.http());
    by.add({.row = "metrics/page",
            .unit = "bytes",
            .value = static_cast<double>(node.http().get("/metrics").body.size())});
    samples times;
    for (int j = 0; j < 50; ++j) {
      const auto begin = clock::now();
      node.http().get("/metrics");
      times.add(since(begin));
    }
    by.add({.row = "metrics/time", .unit = "ms", .value = times.quantile(0.5)});
  }
}

} // namespace volumeviz::bench
