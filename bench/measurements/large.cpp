// 100,000 volumes and 10,000 containers, with nothing changed: the time beside that of reading the
// daemon's answers, and the memory, at its peak and a minute later.
#include "bench/fake_node.hpp"
#include "bench/measurements/all.hpp"
#include "bench/reconciliation.hpp"
#include "bench/usage.hpp"

namespace volumeviz::bench {

namespace {

using std::chrono::seconds;

void add_memory(task& by, const std::string& prefix, pid_t pid) {
  const auto now = usage_of(pid);
  by.add({.row = prefix + "rss-peak", .unit = "MB", .value = now.peak_rss_mb});
  by.add({.row = prefix + "rss-after-60s", .unit = "MB", .value = now.rss_mb});
  by.add({.row = prefix + "anonymous-after-60s", .unit = "MB", .value = now.anonymous_mb});
  by.add({.row = prefix + "pss-after-60s", .unit = "MB", .value = proportional_mb(pid)});
}

/// The first run into an empty database; its rows are there for all that follows.
void measure_first(task& by, fake_node& node, int volumes) {
  const auto begin = clock::now();
  node.start();
  by.add({.row = row_prefix("large", node.kind()) + "first",
          .unit = "s",
          .value = since(begin) / 1000});
  node.await_volumes("true", volumes, seconds{120});
  await_quiet(node.http());
  node.end();
}

} // namespace

void measure_large(task& by) {
  const int volumes = by.sized(100'000, 2'000);
  support::fake_daemon daemon;
  fill(daemon, volumes, by.sized(10'000, 200));
  fake_node sqlite{database_kind::sqlite, daemon.host()};
  fake_node postgres{database_kind::postgres, daemon.host()};
  for (auto* node : {&sqlite, &postgres})
    measure_first(by, *node, volumes);
  for (int i = 0; i < by.repetitions(); ++i) {
    for (auto* node : {&sqlite, &postgres}) {
      node->start();
      await_quiet(node->http());
      const auto floor = read_lists(daemon) / 1000;
      by.add({.row = row_prefix("large", node->kind()) + "unchanged",
              .unit = "s",
              .value = reconcile(node->http()) / 1000,
              .floor = floor});
    }
    // Both wait for the same minute, which saves one.
    std::this_thread::sleep_for(seconds{by.sized(60, 2)});
    for (auto* node : {&sqlite, &postgres}) {
      add_memory(by, row_prefix("large", node->kind()), node->pid());
      node->end();
    }
  }
}

} // namespace volumeviz::bench
