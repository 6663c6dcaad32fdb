#pragma once

#include "messages/changes.hpp"
#include "tests/support/memory_rows.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace volumeviz::simulation {

class model_daemon;

/// How a write fails.
enum class write_trouble : std::uint8_t {
  refused,       ///< before anything is written
  lost_before,   ///< the connection breaks, nothing is committed
  lost_after,    ///< it breaks with the commit done and its answer on the way
  throws_before, ///< the store's actor dies over it
  throws_after,  ///< likewise, and the commit is done
};
constexpr unsigned write_troubles = 5;

/// What a schedule does to the database of a node, and sees of it: a model, or a real SQLite file.
class simulated_database {
public:
  virtual ~simulated_database() = default;

  struct trouble {
    unsigned times = 0;
    write_trouble how = write_trouble::refused;
  } troubles;
  /// Called inside each write, before anything is written.
  std::function<void()> meanwhile;
  /// Called after each commit.
  std::function<void(const std::vector<change_batch>&, const std::vector<write_summary>&)>
      committed;
  /// go_back() has somewhere to go to.
  bool keeps_backups = false;

  support::memory_rows rows() const { return rows_of("h"); }
  virtual support::memory_rows rows_of(const std::string& host) const = 0;

  // Of other clients.
  /// Changes rows of the host "h".
  virtual void meddle(const std::function<void(support::memory_rows&)>& how) = 0;
  /// All rows are the same and have new versions.
  virtual void renew_versions() = 0;
  /// The connections break, and another writer has the lock of the host "h" until unlock().
  virtual void lock() = 0;
  virtual void unlock() = 0;
  /// The rows are as they were so many commits ago: read from a dump, or from a copy of the
  /// database's files. False: nothing has changed.
  virtual bool go_back(unsigned commits, bool files, const model_daemon& daemon) = 0;
};

} // namespace volumeviz::simulation
