// Many changes at once: the rows are exact afterwards, however small the queue is.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace volumeviz::integration;
using namespace volumeviz::support;
using std::chrono::seconds;

namespace {

/// Spreads the work over some threads, each with its own connection.
template <class Work>
void in_parallel(const dockerd& daemon, int threads, int count, Work&& work) {
  std::vector<std::jthread> workers;
  for (int t = 0; t < threads; ++t)
    workers.emplace_back([&, t] {
      auto docker = daemon.api();
      for (int i = t; i < count; i += threads)
        work(docker, std::to_string(i));
    });
}

void tiny_queue(database_kind kind) {
  stage on{kind};
  on.start_node({{"EVENTS_QUEUE_SIZE", "1"}, {"LOG_LEVEL", "info"}});
  in_parallel(on.daemon, 8, 400, [](docker_api& docker, const std::string& name) {
    docker.create_volume("burst" + name);
    if (name.ends_with('3'))
      docker.remove_volume("burst" + name);
  });
  CHECK(on.disagreement(seconds{2}) == "");
  CHECK(on.rows().volumes.size() == 360);
  on.settle();
  const auto page = on.http().metrics();
  const auto dropped = page.sum("volumeviz_events_docker_events_dropped_total");
  MESSAGE("dropped " << dropped << " of 440 events");
  // Every event that was read is counted once.
  CHECK(page.sum("volumeviz_events_docker_events_processed_total")
            + page.sum("volumeviz_events_docker_events_failed_total") + dropped
        == 440);
  CHECK(on.http().get("/api/v1/health/events").json().at("dropped_total").to_number<double>()
        == dropped);
}

void short_lived_containers(database_kind kind) {
  stage on{kind};
  on.start_node({{"LOG_LEVEL", "info"}});
  in_parallel(on.daemon, 4, 60, [](docker_api& docker, const std::string& name) {
    docker.run({.name = "brief" + name,
                .command = {"/bin/busybox", "true"},
                .mounts = {{"", "/anonymous"}, {"shared", "/shared"}},
                .auto_remove = true});
  });
  CHECK(eventually([&] { return on.docker.containers().empty(); }, seconds{60},
                   std::chrono::milliseconds{50}));
  CHECK(on.disagreement() == "");
  on.settle();
  const auto page = on.http().metrics();
  // A container that is gone is not a failure. A daemon too busy to answer is one, and is counted.
  const auto failed = "volumeviz_events_docker_events_failed_total";
  CHECK_MESSAGE(page.sum(failed) == page.sum(failed, {R"(error_type="docker_timeout")"}),
                on.failures());
  CHECK(page.sum("volumeviz_events_docker_events_dropped_total") == 0);
  CHECK(page.sum("volumeviz_events_docker_events_processed_total",
                 {R"(event_type="container.destroy")"})
        == 60);
}

} // namespace

ON_BOTH_DATABASES("with a queue of one a burst ends with exact rows and correct counts", tiny_queue)

TEST_CASE("sixty containers that are gone at once fail no event") {
  if (servers_can_run(database_kind::sqlite))
    short_lived_containers(database_kind::sqlite);
}
