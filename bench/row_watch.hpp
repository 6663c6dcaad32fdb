#pragma once

#include <memory>
#include <string>

namespace volumeviz::bench {

/// Looks at one row after the other, tightly, on a database connection of its own.
class row_watch {
public:
  enum class table { volumes, containers };
  row_watch(const std::string& database_url, table which);
  ~row_watch();

  /// Until the row of `key` shows `state`: a container's state, "1" for a volume that is there, ""
  /// for no row. Throws after 20 s.
  void await(const std::string& key, const std::string& state);

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace volumeviz::bench
