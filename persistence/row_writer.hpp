#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// How present rows get into the tables of one host, each database in its own best way. Inside a
/// transaction of the caller; adds what it touched to `summary.changes`. Rows are tidy, and their
/// host's row exists.
class row_writer {
public:
  virtual ~row_writer() = default;
  virtual void upsert_volumes(const std::string& host, const std::vector<volume>& present,
                              write_summary& summary) = 0;
  virtual void upsert_containers(const std::string& host, const std::vector<container>& present,
                                 write_summary& summary) = 0;
  /// Each container's mounts become exactly these. The containers' rows exist.
  virtual void replace_mounts(const std::string& host, const std::vector<container>& of,
                              write_summary& summary) = 0;
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
