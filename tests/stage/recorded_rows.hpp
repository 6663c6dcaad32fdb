#pragma once

#include "tests/support/docker_api.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

namespace volumeviz::integration {

using support::labels;

/// Microseconds since 1970; 0 for NULL and for Docker's year 1.
using microseconds_utc = std::int64_t;

struct recorded_volume {
  std::string name, driver, mountpoint, scope;
  support::labels labels, options;
  bool active = true;
};

struct recorded_container {
  std::string name, image, state;
  support::labels labels;
  microseconds_utc started_at = 0, finished_at = 0;
  bool active = false;
};

struct recorded_mount {
  std::string access_mode;
  bool active = true;
};

/// The inventory of one host: as a database has it, or as it should have it.
struct inventory_rows {
  std::map<std::string, recorded_volume> volumes;
  std::map<std::string, recorded_container> containers;
  std::map<std::tuple<std::string, std::string, std::string>, recorded_mount>
      mounts; ///< container, path, volume
};

/// Reads and changes the node's database on a connection of its own. Every method throws
/// std::exception when the database is down.
class recorded {
public:
  explicit recorded(std::string database_url);
  ~recorded();

  inventory_rows rows(const std::string& host);
  /// The first column of the first row as text; empty when there is none.
  std::string text(const std::string& query);
  std::int64_t number(const std::string& query);
  void execute(const std::string& statement);
  /// The next call opens the database again, which is another file by then.
  void close();

private:
  struct connection;
  connection& connected();

  std::string url_;
  std::unique_ptr<connection> connection_;
};

/// The correct rows, from the daemon itself: its lists, and an inspect of every container.
inventory_rows rows_that_should_be(support::docker_api& docker);

/// A sentence for each difference; empty when the rows are exact.
std::vector<std::string> differences(const inventory_rows& found, const inventory_rows& wanted);

/// Reads ISO 8601 in all forms that Docker, SQLite and PostgreSQL write for UTC.
microseconds_utc parse_time(const std::string& text);

} // namespace volumeviz::integration
