#include "bench/floor/floor.hpp"

#include "bench/measure.hpp"

namespace volumeviz::bench {

floor::floor(const std::string& daemon_socket, const std::string& database_url)
    : docker_{daemon_socket}, rows_{make_least_writer(database_url, "floor")} {
}

floor_time floor::volume(const std::string& name) {
  const auto key = new_key();
  const auto begin = clock::now();
  auto row = volume_row_of(docker_.get("/volumes/" + name));
  const auto inspect = since(begin);
  row.name = key;
  rows_->insert(row);
  const auto all = since(begin);
  rows_->remove_volume(key);
  return {.inspect = inspect, .commit = all - inspect};
}

floor_time floor::container(const std::string& id) {
  const auto key = new_key();
  const auto begin = clock::now();
  auto row = container_row_of(docker_.get("/containers/" + id + "/json"));
  const auto inspect = since(begin);
  row.id = key;
  rows_->insert(row);
  const auto all = since(begin);
  rows_->remove_container(key);
  return {.inspect = inspect, .commit = all - inspect};
}

} // namespace volumeviz::bench
