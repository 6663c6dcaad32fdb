#include "bench/swarm_floor.hpp"

#include "bench/measure.hpp"
#include "persistence/store.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace volumeviz::bench {

namespace {

using batches = std::vector<change_batch>;

// A transaction of the first writing; larger than any of a hub's, so that it is over soon.
constexpr std::size_t first_group = 50;

class direct_writer {
public:
  explicit direct_writer(const std::string& url) {
    auto opened = persistence::open_store({.url = url, .call_limit = std::chrono::seconds{30}});
    if (!opened)
      throw std::runtime_error{"the floor: " + opened.error().text};
    store_ = std::move(*opened);
  }
  void write(const batches& all) {
    if (auto written = store_->apply(all); !written)
      throw std::runtime_error{"the floor: " + written.error().text};
  }

private:
  std::unique_ptr<persistence::store> store_;
};

change_batch everything(const swarm::host_model& host) {
  change_batch batch;
  batch.host = host.name();
  for (const auto& [key, x] : host.all<volume>())
    batch.volumes.present.push_back(x);
  for (const auto& [key, x] : host.all<container>())
    batch.containers.present.push_back(x);
  batch.volumes.complete = batch.volumes.confirmed = true;
  batch.containers.complete = batch.containers.confirmed = true;
  return batch;
}

template <class Resource>
void look_at(const swarm::host_model& host, const std::string& key, observed<Resource>& into) {
  const auto found = host.all<Resource>().find(key);
  if (found != host.all<Resource>().end())
    into.present.push_back(found->second);
  else
    into.gone.push_back(key);
}

change_batch some_changes(swarm::host_model& host, std::size_t resources) {
  std::map<std::string, resource_kind> keys;
  while (keys.size() < resources) {
    const auto change = host.happen();
    keys.emplace(change.key, change.kind);
  }
  change_batch batch;
  batch.host = host.name();
  for (const auto& [key, kind] : keys)
    kind == resource_kind::volume ? look_at(host, key, batch.volumes)
                                  : look_at(host, key, batch.containers);
  return batch;
}

} // namespace

floor_rate store_floor(const std::string& database_url, const swarm::shape& what, std::size_t group,
                       std::size_t resources, std::chrono::seconds how_long) {
  direct_writer store{database_url};
  std::vector<swarm::host_model> hosts;
  for (std::size_t i = 0; i < what.systems * what.links; ++i)
    hosts.emplace_back(fmt::format("host-{:05}", i), what.volumes, what.containers, what.seed + i);
  for (std::size_t i = 0; i < hosts.size();) {
    batches first;
    while (i < hosts.size() && first.size() < first_group)
      first.push_back(everything(hosts[i++]));
    store.write(first);
  }
  std::size_t next = 0, transactions = 0;
  const auto begin = clock::now();
  while (since(begin) < std::chrono::duration<double, std::milli>(how_long).count()) {
    batches all;
    while (all.size() < group)
      all.push_back(some_changes(hosts[next++ % hosts.size()], resources));
    store.write(all);
    ++transactions;
  }
  const auto rate = static_cast<double>(transactions) / since(begin) * 1000;
  return {.resources = rate * static_cast<double>(group * resources), .transactions = rate};
}

} // namespace volumeviz::bench
