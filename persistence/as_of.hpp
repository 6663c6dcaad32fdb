#pragma once

#include "persistence/list_statement.hpp"
#include "text/timestamp.hpp"

#include <string>

namespace volumeviz::persistence {

/// Composes the statements that read the inventory as it was at a moment. A row of then is either
/// today's row, when its key has not changed since, or the version that a later change ended.
class rows_as_of {
public:
  /// `host`: placeholder of the only host that is asked for; empty: all hosts.
  rows_as_of(dialect kind, timestamp at, std::string host);

  /// A SELECT of rows of then.
  std::string rows(const listed_table& of, const row_filter& filter, const row_range& which) const;
  /// The number of rows of then that the filter lets through; beside ended_mounts().
  std::string count(const listed_table& of, const row_filter& filter) const;
  /// A common table expression that the next two refer to.
  std::string ended_mounts() const;
  /// One more: the mounts of then of the volumes in `page`, with their containers as a JSON array
  /// (name, state) or NULL.
  std::string mounts_of_page() const;
  /// Whether no container had volume `t` mounted then.
  std::string is_orphaned() const;

private:
  /// Whether row `row` is today's and was the same then.
  std::string unchanged(const listed_table& of, const std::string& row) const;
  /// A SELECT of the versions of then that ended later: their key, and `was` with their JSON.
  std::string ended_versions(const listed_table& of) const;
  /// SELECTs of the rows that are today's and were the same then, and of the versions of then that
  /// ended later, both with all columns.
  std::string unchanged_rows(const listed_table& of, const row_filter& filter) const;
  std::string version_rows(const listed_table& of, const row_filter& filter) const;
  /// A column of the version in JSON `was`; on PostgreSQL as text.
  std::string field(const std::string& was, const std::string& column) const;

  bool sqlite_;
  timestamp at_;
  std::string moment_; ///< literal
  std::string host_;
};

/// An SQL literal of the moment, rounded down to what the database keeps; of 1970 when it is
/// earlier.
std::string time_literal(dialect kind, timestamp at);

} // namespace volumeviz::persistence
