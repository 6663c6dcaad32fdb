#pragma once

#include "persistence/row_writer.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// Writes the mounts of containers on SQLite, within one transaction. A mount that the database
/// refuses is rejected in the summary, and the others are written.
class sqlite_mounts {
public:
  /// `now`: for created_at and updated_at.
  sqlite_mounts(session& on, std::string now);

  /// Each container's mounts become exactly those of `containers`.
  void replace(const std::string& host, const std::vector<container>& containers,
               write_summary& summary);

private:
  /// A volume and the path where it is mounted.
  using place = std::pair<std::string, std::string>;
  /// The access mode of each mount.
  using places = std::map<place, std::string>;

  std::map<std::string, places> recorded(const std::string& host, const std::vector<container>& of);
  void replace_of(const container& c, const std::string& host, places& recorded,
                  write_summary& summary);

  session& on_;
  std::string now_;
  session::prepared insert_, update_, remove_;
};

} // namespace volumeviz::persistence
