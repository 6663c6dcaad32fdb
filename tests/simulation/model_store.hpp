#pragma once

#include "persistence/seen_rows.hpp"
#include "tests/simulation/simulated_database.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// The rows of one host and their versions.
struct versioned_rows {
  support::memory_rows rows;
  std::map<std::string, persistence::row_version> volumes, containers; ///< by key
};

/// A database that can fail, and that has other clients. Nodes write it through model_session.
class model_store final : public simulated_database {
public:
  enum class engine : std::uint8_t {
    postgresql, ///< a row's version is the transaction that has written it
    sqlite,     ///< a connection sees how often others have written
  };

  support::memory_rows rows_of(const std::string& host) const override;
  /// Replaces the rows: all of them have new versions.
  void put(const std::string& host, const support::memory_rows& rows);
  engine kind = engine::postgresql;

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
  void meddle(const std::function<void(support::memory_rows&)>& how) override;
  void renew_versions() override;
  void lock() override {
    break_connections();
    locked_ = true;
    ++locked_by_others_;
  }
  void unlock() override { locked_ = false; }
  bool go_back(unsigned commits, bool files, const model_daemon& daemon) override;

private:
  /// All connections break; sessions learn it at their next call.
  void break_connections() { ++connections_; }
  /// So many commits back, at most as many as are kept; null when none is. Kept only on demand.
  const versioned_rows* before(unsigned commits) const;
  /// As a copy of the database's files has them, versions included.
  void put_back(const versioned_rows& files);

  std::map<std::string, versioned_rows> hosts_;
  std::deque<versioned_rows> backups_; ///< of the host "h", after each of the last commits
  persistence::row_version transaction_ = 1;
  std::uint64_t written_by_others_ = 0;
  unsigned connections_ = 1;
  bool locked_ = false;
  unsigned locked_by_others_ = 0; ///< how often
};

} // namespace volumeviz::simulation
