// The time from the return of the Docker API's call until another connection sees the committed
// row, beside the floor, in turns.
#include "bench/floor/floor.hpp"
#include "bench/measurements/all.hpp"
#include "bench/row_watch.hpp"

#include <stdexcept>

namespace volumeviz::bench {

namespace {

constexpr int warm_up = 10;

/// Acts, and waits for the row of it.
double timed(row_watch& rows, const std::string& key, const std::string& state,
             const std::function<void()>& act) {
  act();
  const auto begin = clock::now();
  rows.await(key, state);
  return since(begin);
}

/// What the floor took in turns with the node.
struct floor_times {
  samples inspect, commit, total;
  void add(const floor_time& x) {
    inspect.add(x.inspect);
    commit.add(x.commit);
    total.add(x.total());
  }
};

struct volume_times {
  samples created, removed;
  floor_times floor;
};

volume_times change_volumes(stage& on, row_watch& rows, floor& least, int rounds) {
  volume_times result;
  for (int i = 0; i < rounds; ++i) {
    const auto name = "v" + std::to_string(i);
    result.created.add(timed(rows, name, "1", [&] { on.docker.create_volume(name); }));
    result.floor.add(least.volume(name));
    result.removed.add(timed(rows, name, "", [&] { on.docker.remove_volume(name); }));
  }
  return result;
}

struct container_times {
  samples started, stopped, killed;
  floor_times floor;
};

container_times change_containers(stage& on, row_watch& rows, floor& least,
                                  const std::vector<std::string>& ids, int rounds) {
  container_times result;
  for (int i = 0; i < rounds; ++i) {
    const auto& id = ids[static_cast<std::size_t>(i) % ids.size()];
    result.started.add(timed(rows, id, "running", [&] { on.docker.start(id); }));
    result.floor.add(least.container(id));
    if (i % 2 == 0)
      result.stopped.add(timed(rows, id, "exited", [&] { on.docker.stop(id); }));
    else
      result.killed.add(timed(rows, id, "exited", [&] { on.docker.kill(id); }));
  }
  return result;
}

void add(task& by, const std::string& what, const samples& times, const samples* floor = nullptr) {
  for (const auto& [name, q] : {std::pair{"p50", 0.5}, {"p99", 0.99}})
    by.add({.row = what + '/' + name,
            .unit = "ms",
            .value = times.quantile(q),
            .floor = floor ? std::optional{floor->quantile(q)} : std::nullopt});
}

void add(task& by, const std::string& what, const floor_times& x) {
  add(by, what + "/inspect", x.inspect);
  add(by, what + "/commit", x.commit);
}

/// A few containers in turn: creating one for each round would take longer than the measurement.
std::vector<std::string> make_containers(stage& on) {
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i)
    ids.push_back(on.docker.create_container({.name = "turn" + std::to_string(i),
                                              .command = support::polite_command(),
                                              .mounts = {{"turn" + std::to_string(i), "/data"}}}));
  return ids;
}

} // namespace

void measure_latency(task& by, database_kind kind) {
  const auto prefix = row_prefix("latency", kind);
  stage on{kind};
  const auto ids = make_containers(on);
  for (int i = 0; i < by.repetitions(); ++i) {
    on.start_node({{"LOG_LEVEL", "info"}});
    floor least{on.daemon.socket(), on.database->url()};
    row_watch volumes{on.database->url(), row_watch::table::volumes};
    row_watch containers{on.database->url(), row_watch::table::containers};
    change_volumes(on, volumes, least, warm_up);
    const auto v = change_volumes(on, volumes, least, by.sized(200, 10));
    add(by, prefix + "volume-created", v.created, &v.floor.total);
    add(by, prefix + "floor/volume", v.floor);
    add(by, prefix + "volume-removed", v.removed);
    const auto c = change_containers(on, containers, least, ids, by.sized(50, 4));
    add(by, prefix + "container-started", c.started, &c.floor.total);
    add(by, prefix + "floor/container", c.floor);
    add(by, prefix + "container-stopped", c.stopped);
    add(by, prefix + "container-killed", c.killed);
    if (const auto wrong = on.disagreement(); !wrong.empty())
      throw std::runtime_error{"the rows are not exact:\n" + wrong};
  }
}

} // namespace volumeviz::bench
