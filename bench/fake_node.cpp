#include "bench/fake_node.hpp"

#include "bench/floor/plain_client.hpp"
#include "tests/support/eventually.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace volumeviz::bench {

namespace {

using namespace std::chrono_literals;

constexpr auto host = "bench-1";

} // namespace

fake_node::fake_node(database_kind kind, const std::string& docker_host)
    : kind_{kind}, docker_host_{docker_host}, database_{integration::make_database(kind)},
      records_{database_->url()} {
}

void fake_node::start(const support::variables& more) {
  node_.reset();
  support::variables settings{{"EVENTS_ENABLED", "true"},    {"EVENTS_RECONCILE_INTERVAL", "0"},
                              {"DOCKER_HOST", docker_host_}, {"DATABASE_URL", database_->url()},
                              {"NODE_NAME", host},           {"LOG_LEVEL", "info"}};
  for (const auto& [name, value] : more)
    settings[name] = value;
  node_.emplace(integration::program_path(), settings);
  const auto ready = [this] {
    return !node_->running()
           || (node_->port() != 0 && http().get("/api/v1/health/ready").status == 200);
  };
  if (!support::eventually(ready, 120s, 20ms) || !node_->running())
    throw std::runtime_error{"the node did not become ready:\n" + node_->log()};
}

std::int64_t fake_node::volumes(const std::string& condition) {
  return records_.number(
      fmt::format("SELECT count(*) FROM volumes WHERE host = '{}' AND {}", host, condition));
}

void fake_node::await_volumes(const std::string& condition, std::int64_t wanted,
                              std::chrono::seconds bound) {
  if (!support::eventually([&] { return volumes(condition) == wanted; }, bound, 50ms))
    throw std::runtime_error{
        fmt::format("{} of {} rows after {} s", volumes(condition), wanted, bound.count())};
}

void fill(support::fake_daemon& daemon, int volumes, int containers) {
  daemon.change_silently([&](support::fake_world& world) {
    for (int i = 0; i < volumes; ++i) {
      const auto name = "v" + std::to_string(i);
      world.volumes[name] = {.name = name,
                             .labels = {{"com.example.number", std::to_string(i)}, {"team", "a"}},
                             .created_ns = 1'700'000'000'000'000'000 + i};
    }
    for (int i = 0; i < containers; ++i) {
      const auto id = fmt::format("{:064x}", i + 1);
      world.containers[id] = {.name = "c" + std::to_string(i),
                              .mounts = {{.volume = "v" + std::to_string(i), .path = "/data"}},
                              .labels = {{"team", "a"}},
                              .id = id,
                              .state = "running",
                              .created_ns = 1'700'000'000'000'000'000 + i,
                              .started_ns = 1'700'000'001'000'000'000 + i};
    }
  });
}

double read_lists(const support::fake_daemon& daemon) {
  plain_client docker{daemon.socket()};
  samples times;
  for (int i = 0; i < 4; ++i) {
    const auto begin = clock::now();
    docker.drain("/volumes");
    docker.drain("/containers/json?all=1");
    if (i > 0) // the first time the daemon has to make the lists
      times.add(since(begin));
  }
  return times.quantile(0.5);
}

} // namespace volumeviz::bench
