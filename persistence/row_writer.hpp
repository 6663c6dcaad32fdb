#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// What was seen of one host, and where to tell what became of it.
template <class Resource>
struct host_part {
  const std::string& host;
  const std::vector<Resource>& present;
  write_summary& summary;
};
template <class Resource>
using host_parts = std::vector<host_part<Resource>>; ///< each of another host

/// How present rows get into the tables, each database in its own best way; many hosts at once,
/// since a hub writes for all of them. Inside a transaction of the caller; adds what it touched to
/// each part's `summary.changes`. Rows are tidy, and their hosts' rows exist.
class row_writer {
public:
  virtual ~row_writer() = default;
  virtual void upsert_volumes(const host_parts<volume>& all) = 0;
  virtual void upsert_containers(const host_parts<container>& all) = 0;
  /// Each container's mounts become exactly these. The containers' rows exist.
  virtual void replace_mounts(const host_parts<container>& all) = 0;
};

/// `careful`: a row that the database refuses goes to `summary.rejected` and the rest is written,
/// at the price of more statements. Else it is thrown as trouble::data.
std::unique_ptr<row_writer> make_postgresql_writer(session& on, bool careful);

/// Always isolates refused rows: in SQLite a refused row costs nothing but itself. `now`: for
/// updated_at.
std::unique_ptr<row_writer> make_sqlite_writer(session& on, std::string now);

/// "VOLUME at PATH"
std::string mount_detail(const std::string& volume, const std::string& path);

} // namespace volumeviz::persistence
