#include "bench/floor/floor.hpp"

#include "bench/measure.hpp"

namespace volumeviz::bench {

floor::floor(const std::string& daemon_socket, const std::string& database_url)
    : docker_{daemon_socket}, rows_{make_least_writer(database_url, "floor")} {
}

namespace {

/// `read` inspects the resource, `write` inserts its row.
template <class Read, class Write>
floor_time timed(Read read, Write write) {
  const auto begin = clock::now();
  auto row = read();
  const auto inspect = since(begin);
  write(row);
  return {.inspect = inspect, .commit = since(begin) - inspect};
}

} // namespace

floor_time floor::volume(const std::string& name) {
  const auto key = new_key();
  const auto time = timed([&] { return volume_row_of(docker_.get("/volumes/" + name)); },
                          [&](auto& row) {
                            row.name = key;
                            rows_->insert(row);
                          });
  rows_->remove_volume(key);
  return time;
}

floor_time floor::container(const std::string& id) {
  const auto key = new_key();
  const auto time =
      timed([&] { return container_row_of(docker_.get("/containers/" + id + "/json")); },
            [&](auto& row) {
              row.id = key;
              rows_->insert(row);
            });
  rows_->remove_container(key);
  return time;
}

} // namespace volumeviz::bench
