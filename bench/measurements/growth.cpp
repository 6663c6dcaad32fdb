// A full reconciliation by the number of volumes, and by the share of them that changed since the
// last list without an event, beside the time of reading the daemon's answers.
#include "bench/fake_node.hpp"
#include "bench/measurements/all.hpp"
#include "bench/reconciliation.hpp"

namespace volumeviz::bench {

namespace {

void change(support::fake_daemon& daemon, int volumes, const std::string& label) {
  daemon.change_silently([&](support::fake_world& world) {
    for (int i = 0; i < volumes; ++i)
      world.volumes.at("v" + std::to_string(i)).labels["team"] = label;
  });
}

/// `1000/10-percent`
std::string row_of(database_kind kind, int volumes, int percent) {
  return row_prefix("growth", kind) + std::to_string(volumes) + '/' + std::to_string(percent)
         + "-percent";
}

} // namespace

void measure_growth(task& by, database_kind kind) {
  for (const int volumes : {1'000, 10'000, 100'000}) {
    if (by.quick() && volumes > 1'000)
      return;
    support::fake_daemon daemon;
    fill(daemon, volumes, volumes / 10);
    fake_node node{kind, daemon.host()};
    node.start();
    await_quiet(node.http());
    int round = 0;
    for (int i = 0; i < by.repetitions(); ++i)
      for (const int percent : {1, 10, 100}) {
        const auto label = "round-" + std::to_string(++round);
        const auto changed = volumes / 100 * percent;
        change(daemon, changed, label);
        const auto floor = read_lists(daemon);
        const auto took = reconcile(node.http(), std::chrono::milliseconds{2});
        by.add(
            {.row = row_of(kind, volumes, percent), .unit = "ms", .value = took, .floor = floor});
        node.await_volumes("CAST(labels AS TEXT) LIKE '%\"" + label + "\"%'", changed,
                           std::chrono::seconds{0});
      }
  }
}

} // namespace volumeviz::bench
