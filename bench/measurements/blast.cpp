// 50,000 volumes that are created as fast as the fake daemon can, with a short and with a long
// queue: the events a second until all rows are there, and the memory at the end and a minute
// later.
#include "bench/fake_node.hpp"
#include "bench/measurements/all.hpp"
#include "bench/reconciliation.hpp"
#include "bench/usage.hpp"

#include <memory>

namespace volumeviz::bench {

namespace {

using std::chrono::seconds;

/// A daemon of its own for each node: what one node asks must not slow another down.
struct subject {
  subject(database_kind kind, const std::string& size)
      : prefix{row_prefix("blast", kind) + "queue-" + size + '/'}, node{kind, daemon.host()},
        queue{size} {}

  std::string prefix;
  support::fake_daemon daemon;
  fake_node node;
  std::string queue;
  double idle_rss_mb = 0;
};

void blast(task& by, subject& x, int events) {
  x.node.start({{"EVENTS_QUEUE_SIZE", x.queue}});
  await_quiet(x.node.http());
  x.idle_rss_mb = usage_of(x.node.pid()).rss_mb;
  const auto begin = clock::now();
  for (int i = 0; i < events; ++i)
    x.daemon.create_volume("b" + std::to_string(i));
  const auto created = since(begin);
  x.node.await_volumes("true", events, seconds{180});
  const auto exact = since(begin);
  const auto after = usage_of(x.node.pid());
  by.add({.row = x.prefix + "until-exact",
          .unit = "1/s",
          .value = events / exact * 1000,
          .floor = events / created * 1000,
          .more_is_better = true});
  by.add({.row = x.prefix + "rss-at-end",
          .unit = "MB",
          .value = after.rss_mb,
          .floor = x.idle_rss_mb});
  by.add({.row = x.prefix + "rss-peak",
          .unit = "MB",
          .value = after.peak_rss_mb,
          .floor = x.idle_rss_mb});
  by.add({.row = x.prefix + "events-dropped",
          .unit = "",
          .value = x.node.http().metrics().sum("volumeviz_events_docker_events_dropped_total")});
}

} // namespace

void measure_blast(task& by) {
  const int events = by.sized(50'000, 500);
  for (int i = 0; i < by.repetitions(); ++i) {
    std::vector<std::unique_ptr<subject>> subjects;
    for (const auto kind : both_databases)
      for (const char* queue : {"1000", "100000"})
        blast(by, *subjects.emplace_back(std::make_unique<subject>(kind, queue)), events);
    // All wait for the same minute, which saves three. The first ones wait a little longer.
    std::this_thread::sleep_for(seconds{by.sized(60, 2)});
    for (auto& x : subjects)
      by.add({.row = x->prefix + "rss-after-60s",
              .unit = "MB",
              .value = usage_of(x->node.pid()).rss_mb,
              .floor = x->idle_rss_mb});
  }
}

} // namespace volumeviz::bench
