// footprint [SECONDS [CREATES]]: what the node uses while it is idle, during a burst, and after it.
#include "bench/measure.hpp"
#include "bench/usage.hpp"
#include "tests/support/eventually.hpp"

#include <cstdio>

namespace volumeviz::bench {

namespace {

void print_span(database_kind kind, const char* what, const usage& from, const usage& to,
                double milliseconds) {
  std::printf(
      "%-11s %-16s %7.1f %7.1f %9.1f %7.3f %9.1f %9.1f %7d\n", to_string(kind), what, to.rss_mb,
      to.peak_rss_mb, to.cpu_ms - from.cpu_ms, (to.cpu_ms - from.cpu_ms) / milliseconds * 100,
      static_cast<double>(to.voluntary_switches - from.voluntary_switches) / milliseconds * 1000,
      static_cast<double>(to.involuntary_switches - from.involuntary_switches) / milliseconds
          * 1000,
      to.threads);
}

void idle(database_kind kind, const char* what, stage& on, int seconds) {
  const auto begin = clock::now();
  const auto before = usage_of(on.node().pid());
  std::this_thread::sleep_for(std::chrono::seconds{seconds});
  print_span(kind, what, before, usage_of(on.node().pid()), since(begin));
}

void measure(database_kind kind, int seconds, int creates) {
  stage on{kind};
  for (int i = 0; i < 20; ++i)
    on.docker.create_volume("calm" + std::to_string(i));
  on.docker.run({.name = "calm", .mounts = {{"calm1", "/data"}}});
  on.start_node({{"LOG_LEVEL", "info"}});
  on.settle();
  idle(kind, "idle", on, seconds);

  const auto begin = clock::now();
  const auto before = usage_of(on.node().pid());
  in_parallel(on.daemon, 16, creates, [](support::docker_api& docker, int i) {
    docker.create_volume("burst" + std::to_string(i));
  });
  if (const auto wrong = on.disagreement(); !wrong.empty())
    throw std::runtime_error{"the rows are not exact:\n" + wrong};
  print_span(kind, "burst", before, usage_of(on.node().pid()), since(begin));
  idle(kind, "idle after burst", on, std::min(seconds, 10));
}

} // namespace

} // namespace volumeviz::bench

int main(int argc, char** argv) {
  using namespace volumeviz::bench;
  return run_benchmark([&] {
    const int seconds = number_argument(argc, argv, 1, 60);
    const int creates = number_argument(argc, argv, 2, 2000);
    std::printf("%d s idle, then %d volume creates by 16 clients\n", seconds, creates);
    std::printf("%-11s %-16s %7s %7s %9s %7s %9s %9s %7s\n", "database", "what", "RSS MB", "peak",
                "CPU ms", "CPU %", "vol.cs/s", "inv.cs/s", "threads");
    for (auto kind : both_databases)
      measure(kind, seconds, creates);
  });
}
