#pragma once

#include "persistence/seen_rows.hpp"
#include "tests/support/memory_rows.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// How a write fails.
enum class write_trouble : std::uint8_t {
  refused,       ///< before anything is written
  lost_before,   ///< the connection breaks, nothing is committed
  lost_after,    ///< it breaks with the commit done and its answer on the way
  throws_before, ///< the store's actor dies over it
  throws_after,  ///< likewise, and the commit is done
};
constexpr unsigned write_troubles = 5;

/// The rows of one host and their versions.
struct versioned_rows {
  support::memory_rows rows;
  std::map<std::string, persistence::row_version> volumes, containers; ///< by key
};

/// A database that can fail, and that has other clients. Nodes write it through model_session.
class model_store {
public:
  enum class engine : std::uint8_t {
    postgresql, ///< a row's version is the transaction that has written it
    sqlite,     ///< a connection sees how often others have written
  };

  support::memory_rows rows(const std::string& host = "h") const;
  /// Replaces the rows: all of them have new versions.
  void put(const std::string& host, const support::memory_rows& rows);

  struct trouble {
    unsigned times = 0;
    write_trouble how = write_trouble::refused;
  } troubles;
  engine kind = engine::postgresql;
  /// Called inside each write, before anything is written.
  std::function<void()> meanwhile;
  /// Called after each commit.
  std::function<void(const std::vector<change_batch>&, const std::vector<write_summary>&)>
      committed;

  // For sessions.
  void begin_transaction() { ++transaction_; }
  write_summary write(const change_batch& batch);
  const versioned_rows& at(const std::string& host) { return hosts_[host]; }
  unsigned connections() const noexcept { return connections_; }
  bool is_locked(const std::string& host) const { return locked_ && host == "h"; }
  unsigned locked_by_others() const noexcept { return locked_by_others_; }
  std::uint64_t written_by_others() const noexcept { return written_by_others_; }
  void commit(const std::vector<change_batch>& batches,
              const std::vector<write_summary>& summaries);

  // Of other clients.
  /// Changes rows of the host "h".
  void meddle(const std::function<void(support::memory_rows&)>& how);
  /// All rows are the same and have new versions.
  void renew_versions();
  /// The connections break, and another writer has the lock of the host "h" until unlock().
  void lock() {
    break_connections();
    locked_ = true;
    ++locked_by_others_;
  }
  void unlock() { locked_ = false; }
  /// All connections break; sessions learn it at their next call.
  void break_connections() { ++connections_; }

  /// So many commits back, at most as many as are kept; null when none is. Kept only on demand.
  const versioned_rows* before(unsigned commits) const;
  /// As a copy of the database's files has them, versions included.
  void put_back(const versioned_rows& files);
  bool keeps_backups = false;

private:
  std::map<std::string, versioned_rows> hosts_;
  std::deque<versioned_rows> backups_; ///< of the host "h", after each of the last commits
  persistence::row_version transaction_ = 1;
  std::uint64_t written_by_others_ = 0;
  unsigned connections_ = 1;
  bool locked_ = false;
  unsigned locked_by_others_ = 0; ///< how often
};

} // namespace volumeviz::simulation
