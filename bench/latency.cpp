// latency [N]: for each event type and both databases, the time from the return of the Docker API
// call until another connection sees the committed row, beside the floor.
#include "bench/floor.hpp"
#include "bench/measure.hpp"
#include "bench/row_watch.hpp"

#include <cstdio>

namespace volumeviz::bench {

namespace {

void print_line(database_kind kind, const char* what, const samples& times, const samples& floor) {
  std::printf("%-11s %-16s %5zu %9.2f %9.2f %9.2f %9.2f %8.2f\n", to_string(kind), what,
              times.count(), times.quantile(0.5), times.quantile(0.99), floor.quantile(0.5),
              floor.quantile(0.99), times.quantile(0.5) / floor.quantile(0.5));
}

/// Does something and waits for its row.
double timed(row_watch& rows, const std::string& key, const std::string& state,
             const std::function<void()>& act) {
  act();
  const auto begin = clock::now();
  rows.await(key, state);
  return since(begin);
}

struct container_times {
  samples start, stop, die, floor;
};

/// A few containers in turn: creating two hundred would take longer than the measurement.
container_times measure_lives(stage& on, row_watch& rows, floor_probe& least, int rounds) {
  constexpr int at_once = 4;
  std::vector<std::string> ids;
  for (int i = 0; i < at_once; ++i)
    ids.push_back(on.docker.create_container(
        {.name = "turn" + std::to_string(i), .command = support::polite_command()}));
  container_times result;
  for (int i = 0; i < rounds; ++i) {
    const auto& id = ids[static_cast<std::size_t>(i % at_once)];
    result.start.add(timed(rows, id, "running", [&] { on.docker.start(id); }));
    if (i % 2 == 0)
      result.stop.add(timed(rows, id, "exited", [&] { on.docker.stop(id); }));
    else
      result.die.add(timed(rows, id, "exited", [&] { on.docker.kill(id); }));
    result.floor.add(least.container());
  }
  return result;
}

void measure_volumes(database_kind kind, stage& on, floor_probe& least, int rounds) {
  row_watch rows{on.database->url(), row_watch::table::volumes};
  samples create, remove, floor;
  for (int i = 0; i < rounds; ++i) {
    const auto name = "v" + std::to_string(i);
    create.add(timed(rows, name, "1", [&] { on.docker.create_volume(name); }));
    floor.add(least.volume());
    remove.add(timed(rows, name, "", [&] { on.docker.remove_volume(name); }));
  }
  print_line(kind, "volume create", create, floor);
  print_line(kind, "volume remove", remove, floor);
}

void measure_containers(database_kind kind, stage& on, floor_probe& least, int rounds) {
  row_watch rows{on.database->url(), row_watch::table::containers};
  // Two runs of each container per round: the first ends by `stop`, the second by `kill`.
  auto lives = measure_lives(on, rows, least, 2 * rounds);
  samples destroy;
  for (int i = 0; i < rounds; ++i) {
    const auto id = on.docker.create_container({.name = "d" + std::to_string(i)});
    rows.await(id, "created");
    destroy.add(timed(rows, id, "", [&] { on.docker.remove(id); }));
    lives.floor.add(least.container());
  }
  print_line(kind, "container start", lives.start, lives.floor);
  print_line(kind, "container stop", lives.stop, lives.floor);
  print_line(kind, "container die", lives.die, lives.floor);
  print_line(kind, "container destroy", destroy, lives.floor);
}

void measure(database_kind kind, int rounds) {
  stage on{kind};
  const auto sample = on.docker.create_container({.name = "sample", .mounts = {{"data", "/data"}}});
  on.start_node({{"LOG_LEVEL", "info"}});
  floor_probe least{on, sample};
  measure_volumes(kind, on, least, rounds);
  measure_containers(kind, on, least, rounds);
  if (const auto wrong = on.disagreement(); !wrong.empty())
    throw std::runtime_error{"the rows are not exact:\n" + wrong};
}

} // namespace

} // namespace volumeviz::bench

int main(int argc, char** argv) {
  using namespace volumeviz::bench;
  return run_benchmark([&] {
    const int rounds = number_argument(argc, argv, 1, 200);
    std::printf("API return to committed row, ms; floor: one inspect and one single-row commit\n");
    std::printf("%-11s %-16s %5s %9s %9s %9s %9s %8s\n", "database", "event", "n", "p50", "p99",
                "floor p50", "floor p99", "p50/flr");
    for (auto kind : both_databases)
      measure(kind, rounds);
  });
}
