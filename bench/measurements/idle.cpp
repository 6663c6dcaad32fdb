// What a node on a real daemon uses while nothing happens.
#include "bench/measurements/all.hpp"
#include "bench/usage.hpp"

namespace volumeviz::bench {

namespace {

using std::chrono::seconds;

struct idle_node {
  explicit idle_node(database_kind kind) : prefix{row_prefix("idle", kind)}, on{kind} {
    for (int i = 0; i < 20; ++i)
      on.docker.create_volume("calm" + std::to_string(i));
    on.docker.run({.name = "calm", .mounts = {{"calm1", "/data"}}});
  }

  std::string prefix;
  stage on;
  usage before{};
};

void add(task& by, const idle_node& x, const usage& now, double seconds_passed) {
  by.add({.row = x.prefix + "anonymous", .unit = "MB", .value = now.anonymous_mb});
  by.add({.row = x.prefix + "rss", .unit = "MB", .value = now.rss_mb});
  by.add({.row = x.prefix + "threads", .unit = "", .value = static_cast<double>(now.threads)});
  by.add({.row = x.prefix + "voluntary-switches",
          .unit = "1/s",
          .value = static_cast<double>(now.voluntary_switches - x.before.voluntary_switches)
                   / seconds_passed});
  by.add({.row = x.prefix + "cpu",
          .unit = "%",
          .value = (now.cpu_ms - x.before.cpu_ms) / 10 / seconds_passed});
}

} // namespace

void measure_idle(task& by) {
  idle_node sqlite{database_kind::sqlite}, postgres{database_kind::postgres};
  for (int i = 0; i < by.repetitions(); ++i) {
    for (auto* x : {&sqlite, &postgres}) {
      x->on.start_node({{"LOG_LEVEL", "info"}});
      x->on.settle();
    }
    for (auto* x : {&sqlite, &postgres})
      x->before = usage_of(x->on.node().pid());
    const auto begin = clock::now();
    std::this_thread::sleep_for(seconds{by.sized(60, 5)});
    for (auto* x : {&sqlite, &postgres}) {
      const auto passed = since(begin) / 1000;
      add(by, *x, usage_of(x->on.node().pid()), passed);
      by.add(
          {.row = x->prefix + "pss", .unit = "MB", .value = proportional_mb(x->on.node().pid())});
      x->on.end_node();
    }
  }
}

} // namespace volumeviz::bench
