// reconcile [VOLUMES [CONTAINERS]]: a full reconciliation of a large daemon, into an empty database
// and again with nothing changed. API calls are counted by a proxy in front of the daemon; time and
// rows come from the node's own metrics.
#include "bench/measure.hpp"
#include "docker/client.hpp"
#include "persistence/store.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/proxy.hpp"

#include <cstdio>
#include <stdexcept>

namespace volumeviz::bench {

namespace {

using std::chrono::seconds;

template <class T>
T must(result<T> x) {
  if (!x)
    throw std::runtime_error{x.error().text};
  return std::move(*x);
}

struct calls {
  std::size_t lists = 0, inspects = 0, others = 0;
};

/// The stream's audits (/events) and pings run all the time, and do not belong to a reconciliation.
calls count_calls(const std::vector<support::seen_request>& requests) {
  calls result;
  for (const auto& x : requests) {
    const auto path = x.target.substr(0, x.target.find('?'));
    const auto is_volume = path.find("/volumes/") != std::string::npos;
    const auto is_container = path.find("/containers/") != std::string::npos;
    if (path.ends_with("/volumes") || path.ends_with("/containers/json"))
      ++result.lists;
    else
      ++(is_volume || is_container ? result.inspects : result.others);
  }
  return result;
}

struct numbers {
  double runs = 0, duration = 0, rows = 0;
  explicit numbers(const support::metrics_page& page)
      : runs{page.sum("volumeviz_events_docker_reconciliation_duration_seconds_count",
                      {R"(reconciliation_type="full")"})},
        duration{page.sum("volumeviz_events_docker_reconciliation_duration_seconds_sum",
                          {R"(reconciliation_type="full")"})} {
    for (const char* kind : {"volumes", "containers", "mounts"})
      rows += page.sum("volumeviz_events_docker_" + std::string{kind} + "_synced_total",
                       {R"(source="reconciliation")"});
  }
};

void print_line(database_kind kind, const char* what, const calls& asked, double rows,
                double milliseconds) {
  std::printf("%-11s %-26s %6zu %9zu %7zu %8.0f %9.1f\n", to_string(kind), what, asked.lists,
              asked.inspects, asked.others, rows, milliseconds);
}

/// The store alone: the same lists as one batch.
void measure_store(database_kind kind, stage& on) {
  const auto client =
      must(docker::connect_to({.host = on.daemon.host(), .tls = false, .cert_path = {}}))
          ->make_client();
  const auto fresh = integration::make_database(kind);
  const auto store =
      must(persistence::open_store({.url = fresh->url(), .call_limit = seconds{60}}));
  must(store->preview({}));
  change_batch batch;
  batch.host = stage::host;
  batch.volumes.present = must(client->list_volumes(seconds{60})).volumes;
  batch.containers.present = must(client->list_containers(seconds{60})).containers;
  batch.volumes.complete = batch.containers.complete = true;
  for (const char* what : {"store alone, cold", "store alone, unchanged"}) {
    const auto begin = clock::now();
    const auto done = must(store->apply({batch})).at(0);
    std::printf("%-11s %-26s %6s %9s %7s %8zu %9.1f   %llu statements\n", to_string(kind), what,
                "-", "-", "-", done.changes.size(), since(begin),
                static_cast<unsigned long long>(done.statements));
  }
}

void measure(database_kind kind, int volumes, int containers) {
  stage on{kind};
  in_parallel(on.daemon, 16, volumes, [](support::docker_api& docker, int i) {
    docker.create_volume("v" + std::to_string(i), {{"number", std::to_string(i)}});
  });
  in_parallel(on.daemon, 8, containers, [](support::docker_api& docker, int i) {
    docker.create_container(
        {.name = "c" + std::to_string(i), .mounts = {{"v" + std::to_string(i), "/data"}}});
  });
  // The node also subscribes to the last five seconds: the events of creating all this would be
  // handled beside the lists.
  std::this_thread::sleep_for(seconds{6});
  support::proxy between{on.daemon.socket()};
  on.start_node({{"DOCKER_HOST", between.host()}, {"LOG_LEVEL", "info"}});
  on.settle();
  const numbers cold{on.http().metrics()};
  print_line(kind, "node, empty database", count_calls(between.requests()), cold.rows,
             cold.duration * 1000);

  between.forget();
  on.http().post("/api/v1/health/events/reconcile?type=full");
  support::eventually([&] { return numbers{on.http().metrics()}.runs > cold.runs; }, seconds{60});
  const numbers warm{on.http().metrics()};
  print_line(kind, "node, nothing changed", count_calls(between.requests()), warm.rows - cold.rows,
             (warm.duration - cold.duration) * 1000);
  if (const auto wrong = on.disagreement(); !wrong.empty())
    throw std::runtime_error{"the rows are not exact:\n" + wrong};
  on.end_node();

  between.forget();
  auto settings = on.settings();
  settings["DOCKER_HOST"] = between.host();
  const auto command =
      support::run_program(integration::program_path(), {"reconcile"}, settings, seconds{120});
  print_line(kind, "command, nothing changed", count_calls(between.requests()), 0,
             static_cast<double>(command.took.count()));
  if (command.exit_code != 0)
    throw std::runtime_error{"the command reconcile failed: " + command.errors};
  measure_store(kind, on);
}

} // namespace

} // namespace volumeviz::bench

int main(int argc, char** argv) {
  using namespace volumeviz::bench;
  return run_benchmark([&] {
    const int volumes = number_argument(argc, argv, 1, 5000);
    const int containers = number_argument(argc, argv, 2, 200);
    std::printf("full reconciliation of %d volumes and %d containers\n", volumes, containers);
    std::printf("%-11s %-26s %6s %9s %7s %8s %9s\n", "database", "what", "lists", "inspects",
                "others", "rows", "ms");
    for (auto kind : both_databases)
      measure(kind, volumes, containers);
  });
}
