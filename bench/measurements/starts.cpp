// Many containers that are started at once on a real daemon: how long after the last call the rows
// are exact.
#include "bench/measurements/all.hpp"
#include "tests/support/eventually.hpp"

#include <stdexcept>

namespace volumeviz::bench {

namespace {

std::vector<std::string> make_containers(stage& on, int count) {
  std::vector<std::string> ids(static_cast<std::size_t>(count));
  in_parallel(on.daemon, 8, count, [&](support::docker_api& docker, int i) {
    const auto number = std::to_string(i);
    ids[static_cast<std::size_t>(i)] =
        docker.create_container({.name = "c" + number, .mounts = {{"v" + number, "/data"}}});
  });
  return ids;
}

void await_running(stage& on, int count) {
  const auto query = std::string{"SELECT count(*) FROM containers WHERE is_active AND host = '"}
                     + stage::host + "' AND state = 'running'";
  if (!support::eventually([&] { return on.records.number(query) == count; },
                           std::chrono::seconds{60}, std::chrono::microseconds{500}))
    throw std::runtime_error{"not " + std::to_string(count) + " running containers after 60 s"};
}

void measure(task& by, const std::string& prefix, stage& on, const std::vector<std::string>& ids,
             int count) {
  const auto begin = clock::now();
  in_parallel(on.daemon, count, count, [&](support::docker_api& docker, int i) {
    docker.start(ids[static_cast<std::size_t>(i)]);
  });
  const auto called = since(begin);
  await_running(on, count);
  const auto exact = since(begin);
  const auto name = prefix + std::to_string(count);
  by.add({.row = name + "/first-call-to-exact", .unit = "ms", .value = exact, .floor = called});
  by.add({.row = name + "/last-call-to-exact", .unit = "ms", .value = exact - called});
  in_parallel(on.daemon, 8, count, [&](support::docker_api& docker, int i) {
    docker.kill(ids[static_cast<std::size_t>(i)]);
  });
  await_running(on, 0);
  if (const auto wrong = on.disagreement(); !wrong.empty())
    throw std::runtime_error{"the rows are not exact:\n" + wrong};
}

} // namespace

void measure_starts(task& by, database_kind kind) {
  const auto prefix = row_prefix("starts", kind);
  const auto counts = by.quick() ? std::vector{1, 5} : std::vector{1, 10, 50, 200};
  stage on{kind};
  const auto ids = make_containers(on, counts.back());
  on.start_node({{"LOG_LEVEL", "info"}});
  for (int i = 0; i < by.repetitions(); ++i)
    for (const int count : counts)
      measure(by, prefix, on, ids, count);
}

} // namespace volumeviz::bench
