// This program beside two simpler ways to keep the same rows, on the same daemon and database, one
// after the other: the latency of a lone event, a burst of creates until all rows are there, and
// what daemon and client use while nothing happens.
#include "bench/measurements/all.hpp"
#include "bench/row_watch.hpp"
#include "bench/strategies/strategy.hpp"
#include "bench/usage.hpp"
#include "tests/support/eventually.hpp"

#include <random>

namespace volumeviz::bench {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds patience{60};

struct named_strategy {
  const char* name;
  std::function<std::unique_ptr<strategy>(stage&)> begin;
};

const std::vector<named_strategy>& all_strategies() {
  static const std::vector<named_strategy> all{
      {"volumeviz-events", &watch_with_the_program},
      {"origin",
       [](stage& on) { return watch_event_by_event(on.daemon.socket(), on.database->url()); }},
      {"poll", [](stage& on) { return watch_by_polling(on.daemon.socket(), on.database->url()); }}};
  return all;
}

/// At random moments: with equal pauses all would come at the same moment of a poll's interval.
void lone_events(task& by, const std::string& prefix, stage& on, const strategy& of) {
  row_watch rows{on.database->url(), row_watch::table::volumes, of.host()};
  std::minstd_rand dice{42};
  samples times;
  for (int i = 0; i < by.sized(20, 3); ++i) {
    std::this_thread::sleep_for(milliseconds{dice() % 1000});
    const auto name = "lone" + std::to_string(i);
    on.docker.create_volume(name);
    const auto begin = clock::now();
    rows.await(name, "1");
    times.add(since(begin));
    on.docker.remove_volume(name);
    rows.await(name, "");
  }
  by.add({.row = prefix + "lone-event/p50", .unit = "ms", .value = times.quantile(0.5)});
  by.add({.row = prefix + "lone-event/max", .unit = "ms", .value = times.quantile(1)});
}

std::int64_t rows_like(stage& on, const strategy& of, const std::string& name) {
  return on.records.number(
      "SELECT count(*) FROM " + row_watch::name_of(row_watch::table::volumes, of.host())
      + " WHERE host = '" + of.host() + "' AND volume_id LIKE '" + name + "%'");
}

void burst(task& by, const std::string& prefix, stage& on, const strategy& of, int repetition) {
  constexpr int clients = 8;
  const int count = by.sized(2000, 50);
  const auto name = "burst" + std::to_string(repetition) + '-';
  const auto begin = clock::now();
  in_parallel(on.daemon, clients, count, [&](support::docker_api& docker, int i) {
    docker.create_volume(name + std::to_string(i));
  });
  const auto called = since(begin);
  support::eventually([&] { return rows_like(on, of, name) == count; }, patience, milliseconds{2});
  by.add(
      {.row = prefix + "burst/until-exact", .unit = "ms", .value = since(begin), .floor = called});
  by.add({.row = prefix + "burst/missing-at-end",
          .unit = "rows",
          .value = static_cast<double>(count - rows_like(on, of, name))});
  in_parallel(on.daemon, clients, count, [&](support::docker_api& docker, int i) {
    docker.remove_volume(name + std::to_string(i));
  });
  support::eventually([&] { return rows_like(on, of, name) == 0; }, patience);
}

void idle(task& by, const std::string& prefix, stage& on, const strategy& of) {
  const auto daemon = usage_of(on.daemon.pid()).cpu_ms;
  const auto client = of.cpu_ms();
  const auto begin = clock::now();
  std::this_thread::sleep_for(seconds{by.sized(20, 3)});
  const auto passed = since(begin);
  by.add({.row = prefix + "idle/daemon-cpu",
          .unit = "%",
          .value = (usage_of(on.daemon.pid()).cpu_ms - daemon) / passed * 100});
  by.add({.row = prefix + "idle/client-cpu",
          .unit = "%",
          .value = (of.cpu_ms() - client) / passed * 100});
}

} // namespace

void measure_strategies(task& by, database_kind kind) {
  stage on{kind};
  in_parallel(on.daemon, 8, by.sized(500, 20), [](support::docker_api& docker, int i) {
    docker.create_volume("old" + std::to_string(i), {{"number", std::to_string(i)}});
  });
  in_parallel(on.daemon, 8, by.sized(50, 2), [](support::docker_api& docker, int i) {
    docker.create_container({.name = "old" + std::to_string(i)});
  });
  on.start_node(); // makes the schema
  on.end_node();
  for (int i = 0; i < by.repetitions(); ++i)
    for (const auto& x : all_strategies()) {
      const auto prefix = row_prefix("strategies", kind) + x.name + '/';
      const auto running = x.begin(on);
      idle(by, prefix, on, *running);
      lone_events(by, prefix, on, *running);
      burst(by, prefix, on, *running, i);
    }
}

} // namespace volumeviz::bench
