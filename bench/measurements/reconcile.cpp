// A full reconciliation of a large real daemon, with nothing changed, beside the daemon's own
// lists.
#include "bench/floor/plain_client.hpp"
#include "bench/measurements/all.hpp"
#include "bench/reconciliation.hpp"
#include "bench/sent_bytes.hpp"
#include "bench/usage.hpp"

#include <stdexcept>

namespace volumeviz::bench {

namespace {

void fill(stage& on, int volumes, int containers) {
  in_parallel(on.daemon, 16, volumes, [](support::docker_api& docker, int i) {
    docker.create_volume("v" + std::to_string(i), {{"number", std::to_string(i)}});
  });
  in_parallel(on.daemon, 8, containers, [](support::docker_api& docker, int i) {
    docker.create_container(
        {.name = "c" + std::to_string(i), .mounts = {{"v" + std::to_string(i), "/data"}}});
  });
  // The node also subscribes to the last five seconds: the events of creating all this would be
  // handled beside the lists.
  std::this_thread::sleep_for(std::chrono::seconds{6});
}

/// The time of the daemon's own two lists.
double lists(plain_client& docker) {
  const auto begin = clock::now();
  docker.drain("/volumes");
  docker.drain("/containers/json?all=1");
  return since(begin);
}

/// postgresql://user:password@127.0.0.1:PORT/name
std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

/// What one reconciliation costs, with so few questions to the node that they cost nothing.
void add_costs(task& by, const std::string& prefix, stage& on, int times) {
  const auto pid = on.node().pid();
  const bool remote = on.database->url().starts_with("postgresql");
  const auto port = remote ? port_of(on.database->url()) : std::uint16_t{0};
  const auto sent = remote ? bytes_sent(pid, port) : 0;
  const auto cpu = usage_of(pid).cpu_ms;
  for (int i = 0; i < times; ++i)
    reconcile(on.http(), std::chrono::milliseconds{100});
  by.add({.row = prefix + "cpu", .unit = "ms", .value = (usage_of(pid).cpu_ms - cpu) / times});
  if (remote)
    by.add({.row = prefix + "bytes-to-database",
            .unit = "bytes",
            .value = static_cast<double>(bytes_sent(pid, port) - sent) / times});
}

/// From an empty database, by the node's own clock: its start has no other moment to begin at.
double first_run_ms(const support::http_probe& node) {
  return node.metrics().sum("volumeviz_events_docker_reconciliation_duration_seconds_sum",
                            {R"(reconciliation_type="full")"})
         * 1000;
}

} // namespace

void measure_reconcile(task& by, database_kind kind) {
  const auto prefix = row_prefix("reconcile", kind);
  const int times = by.sized(20, 3);
  stage on{kind};
  fill(on, by.sized(5000, 200), by.sized(60, 5));
  plain_client docker{on.daemon.socket()};
  for (int i = 0; i < by.repetitions(); ++i) {
    on.start_node({{"LOG_LEVEL", "info"}});
    by.add({.row = prefix + "first", .unit = "ms", .value = first_run_ms(on.http())});
    await_quiet(on.http());
    samples ours, floor;
    for (int j = 0; j < times; ++j) {
      floor.add(lists(docker));
      ours.add(reconcile(on.http(), std::chrono::milliseconds{2}));
    }
    by.add({.row = prefix + "unchanged",
            .unit = "ms",
            .value = ours.quantile(0.5),
            .floor = floor.quantile(0.5)});
    add_costs(by, prefix + "unchanged-", on, by.sized(5, 2));
    if (const auto wrong = on.disagreement(); !wrong.empty())
      throw std::runtime_error{"the rows are not exact:\n" + wrong};
    on.end_node();
    for (const char* table : {"volume_mounts", "containers", "volumes", "hosts"})
      on.records.execute("DELETE FROM " + std::string{table});
  }
}

} // namespace volumeviz::bench
