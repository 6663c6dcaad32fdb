#pragma once

#include <memory>
#include <string>

namespace volumeviz::bench {

/// Polls one row at a time, without pauses, on its own database connection.
class row_watch {
public:
  enum class table { volumes, containers };
  /// `host`: whose rows; empty: those of the stage's node. The rows of others are in the tables of
  /// least_writer.
  row_watch(const std::string& database_url, table which, const std::string& host = {});
  ~row_watch();
  /// The table of this host's rows.
  static std::string name_of(table which, const std::string& host);

  /// Waits until the row of `key` shows `state`: a container's state, "1" for an existing volume,
  /// "" for no row. Throws after 20 s.
  void await(const std::string& key, const std::string& state);

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace volumeviz::bench
