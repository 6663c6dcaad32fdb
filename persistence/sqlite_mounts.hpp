#pragma once

#include "persistence/row_writer.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

/// Writes the mounts of containers on SQLite, within one transaction. A mount that the database
/// refuses is rejected in the summary, and the others are written.
class sqlite_mounts {
public:
  /// `history`: told before a row changes. `now`: for created_at and updated_at.
  sqlite_mounts(session& on, history_context& history, std::string now);

  /// Each container's mounts become exactly those of `containers`.
  void replace(const std::string& host, const std::vector<container>& containers,
               write_summary& summary);

private:
  /// A volume and the path where it is mounted.
  using place = std::pair<std::string, std::string>;
  /// A mount's access mode, and whether it belongs to the history: "0" or "1".
  using state = std::pair<std::string, std::string>;
  using places = std::map<place, state>;

  std::map<std::string, places> recorded(const std::string& host, const std::vector<container>& of);
  std::set<std::string> excluded_volumes(const std::string& host,
                                         const std::vector<container>& of) const;
  void replace_of(const container& c, const std::string& host, places& recorded,
                  const std::set<std::string>& excluded, write_summary& summary);

  session& on_;
  history_context& history_;
  std::string now_;
};

} // namespace volumeviz::persistence
