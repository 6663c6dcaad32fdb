#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace volumeviz::bench {

/// The columns of a volume's row. Labels and options are JSON.
struct volume_row {
  std::string name, driver, mountpoint, labels, options, scope, created_at;
};

/// The columns of a container's row, and of the row of its first mount.
struct container_row {
  std::string id, name, image, state, status, labels, started_at, created_at;
  std::string volume, mount_path, access_mode;
};

/// Of Docker's answer to an inspect.
volume_row volume_row_of(std::string_view inspect);
container_row container_row_of(std::string_view inspect);

/// Writes rows into tables like the program's own, `plain_volumes` and so on, with the least work:
/// statements that were prepared once, on one connection, with SQLite's or libpq's own functions.
/// The tables have the same columns, keys and indexes, but no triggers, so what the program adds to
/// keep its history shows. All rows belong to one host of its own. Throws std::runtime_error.
class least_writer {
public:
  virtual ~least_writer() = default;
  /// One statement: outside of begin() and commit() one transaction, too.
  virtual void insert(const volume_row& row) = 0;
  /// Both rows in one transaction.
  virtual void insert(const container_row& row) = 0;
  virtual void remove_volume(const std::string& name) = 0;
  virtual void remove_container(const std::string& id) = 0;
  virtual void begin() = 0;
  virtual void commit() = 0;
};

/// The database's schema must exist. The host begins without rows of volumes and containers.
std::unique_ptr<least_writer> make_least_writer(const std::string& database_url,
                                                const std::string& host);

std::unique_ptr<least_writer> make_sqlite_writer(const std::string& file, const std::string& host);
std::unique_ptr<least_writer> make_postgres_writer(const std::string& url, const std::string& host);

} // namespace volumeviz::bench
