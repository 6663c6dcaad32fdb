// burst [CREATES [CLIENTS]]: many volumes at once. What the node costs the daemon's clients, and
// how many rows are wrong two seconds after the last call, with the default queue and with a queue
// of ten.
#include "bench/measure.hpp"
#include "tests/support/eventually.hpp"

#include <cstdio>
#include <mutex>

namespace volumeviz::bench {

namespace {

struct burst {
  samples calls;
  double seconds = 0;
};

burst create_volumes(stage& on, int count, int clients) {
  burst result;
  std::mutex mutex;
  const auto begin = clock::now();
  in_parallel(on.daemon, clients, count, [&](support::docker_api& docker, int i) {
    const auto called = clock::now();
    docker.create_volume("burst" + std::to_string(i));
    const auto took = since(called);
    const std::scoped_lock lock{mutex};
    result.calls.add(took);
  });
  result.seconds = since(begin) / 1000;
  return result;
}

void print_calls(const char* what, const burst& x) {
  std::printf("%-34s %7.0f/s   create call p50 %6.2f  p99 %6.2f  max %6.1f ms\n", what,
              static_cast<double>(x.calls.count()) / x.seconds, x.calls.quantile(0.5),
              x.calls.quantile(0.99), x.calls.quantile(1));
}

std::size_t wrong_rows(stage& on) {
  return integration::differences(on.rows(), integration::rows_that_should_be(on.docker)).size();
}

void measure(database_kind kind, const std::string& queue, int count, int clients) {
  stage on{kind};
  on.start_node({{"EVENTS_QUEUE_SIZE", queue}, {"LOG_LEVEL", "info"}});
  const auto done = create_volumes(on, count, clients);
  const auto last_call = clock::now();
  support::eventually([&] { return wrong_rows(on) == 0; }, std::chrono::milliseconds{2000});
  const auto exact_after = since(last_call);
  std::this_thread::sleep_until(last_call + std::chrono::seconds{2});
  const auto wrong = wrong_rows(on);
  on.settle();
  const auto page = on.http().metrics();
  const auto title = std::string{to_string(kind)} + ", queue " + queue;
  print_calls(title.c_str(), done);
  std::printf("%-34s wrong after 2 s: %zu; exact after %.0f ms; processed %.0f, dropped %.0f, "
              "failed %.0f, full lists %.0f\n",
              "", wrong, exact_after, page.sum("volumeviz_events_docker_events_processed_total"),
              page.sum("volumeviz_events_docker_events_dropped_total"),
              page.sum("volumeviz_events_docker_events_failed_total"),
              page.sum("volumeviz_events_docker_reconciliation_runs_total",
                       {R"(reconciliation_type="volumes")"}));
}

} // namespace

} // namespace volumeviz::bench

int main(int argc, char** argv) {
  using namespace volumeviz::bench;
  return run_benchmark([&] {
    const int count = number_argument(argc, argv, 1, 2000);
    const int clients = number_argument(argc, argv, 2, 16);
    std::printf("%d volume creates by %d clients\n", count, clients);
    {
      stage quiet{database_kind::sqlite};
      print_calls("without a node", create_volumes(quiet, count, clients));
    }
    for (auto kind : both_databases)
      for (const char* queue : {"1000", "10"})
        measure(kind, queue, count, clients);
  });
}
