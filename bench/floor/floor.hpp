#pragma once

#include "bench/floor/least_writer.hpp"
#include "bench/floor/plain_client.hpp"

#include <cstdint>

namespace volumeviz::bench {

/// In milliseconds.
struct floor_time {
  double inspect = 0, commit = 0;
  double total() const noexcept { return inspect + commit; }
};

/// The least that any program has to do for one event: one inspect of the resource on a kept
/// connection, and one prepared statement that commits its row, as a new row of the host "floor".
/// It uses the same daemon and database as the measured node, and tables like the node's, and is
/// measured in turns with it, so that load and disk are the same for both.
class floor {
public:
  floor(const std::string& daemon_socket, const std::string& database_url);

  floor_time volume(const std::string& name);
  floor_time container(const std::string& id); ///< with the row of its mount

private:
  std::string new_key() { return std::to_string(++made_); }

  plain_client docker_;
  std::unique_ptr<least_writer> rows_;
  std::uint64_t made_ = 0;
};

} // namespace volumeviz::bench
