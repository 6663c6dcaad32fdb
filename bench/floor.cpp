#include "bench/floor.hpp"

#include "docker/client.hpp"
#include "persistence/store.hpp"

#include <stdexcept>

namespace volumeviz::bench {

namespace {

constexpr std::chrono::seconds patience{5};
constexpr int warm_up = 20;

template <class T>
T must(result<T> x) {
  if (!x)
    throw std::runtime_error{"the floor: " + x.error().text};
  return std::move(*x);
}

} // namespace

struct floor_probe::implementation {
  std::string container_id;
  std::unique_ptr<docker::client> client;
  std::unique_ptr<persistence::store> store;
  int round = 0;

  template <class Resource>
  double commit(Resource seen, std::vector<Resource> observed<Resource>::*present,
                observed<Resource> change_batch::*kind, clock::time_point begin) {
    // Differs each time, so that there is a row to write.
    seen.labels["round"] = std::to_string(++round);
    change_batch batch;
    batch.host = "floor";
    (batch.*kind.*present).push_back(std::move(seen));
    must(store->apply({batch}));
    return since(begin);
  }
};

floor_probe::floor_probe(stage& on, const std::string& container_id)
    : impl_{std::make_unique<implementation>()} {
  on.docker.create_volume("floor");
  const auto daemon =
      must(docker::connect_to({.host = on.daemon.host(), .tls = false, .cert_path = {}}));
  impl_->container_id = container_id;
  impl_->client = daemon->make_client();
  impl_->store = must(persistence::open_store({.url = on.database->url(), .call_limit = patience}));
  for (int i = 0; i < warm_up; ++i) {
    volume();
    container();
  }
}

floor_probe::~floor_probe() = default;

double floor_probe::volume() {
  const auto begin = clock::now();
  return impl_->commit(must(impl_->client->inspect_volume("floor", patience)).value(),
                       &observed<volumeviz::volume>::present, &change_batch::volumes, begin);
}

double floor_probe::container() {
  const auto begin = clock::now();
  return impl_->commit(
      must(impl_->client->inspect_container(impl_->container_id, patience)).value(),
      &observed<volumeviz::container>::present, &change_batch::containers, begin);
}

} // namespace volumeviz::bench
