#pragma once

#include "messages/changes.hpp"
#include "persistence/history_context.hpp"
#include "persistence/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// The resources of one host, and where to report what becomes of them.
template <class Resource>
struct host_part {
  const std::string& host;
  const std::vector<Resource>& present;
  write_summary& summary;
};
/// Each part is of another host.
template <class Resource>
using host_parts = std::vector<host_part<Resource>>;

/// Writes present resources to the tables, in the way that is best for the database; for many hosts
/// at once, since a hub writes for all of them. Works inside the caller's transaction. Adds the
/// rows that it touched to each part's `summary.changes`. The resources are sanitized, and their
/// hosts have rows.
class row_writer {
public:
  virtual ~row_writer() = default;
  virtual void upsert_volumes(const host_parts<volume>& all) = 0;
  virtual void upsert_containers(const host_parts<container>& all) = 0;
  /// Each container's mounts become exactly these. The containers have rows.
  virtual void replace_mounts(const host_parts<container>& all) = 0;
};

/// `history`: told before a row changes. `careful`: a row that the database refuses is added to
/// `summary.rejected` and the rest is written, at the price of more statements. Otherwise it is
/// thrown as trouble::data.
std::unique_ptr<row_writer> make_postgresql_writer(session& on, history_context& history,
                                                   bool careful);

/// Always careful: on SQLite a failed statement does not spoil its transaction. `now`: for
/// updated_at.
std::unique_ptr<row_writer> make_sqlite_writer(session& on, history_context& history,
                                               std::string now);

/// "VOLUME at PATH"
inline std::string mount_detail(const std::string& volume, const std::string& path) {
  return volume + " at " + path;
}

} // namespace volumeviz::persistence
