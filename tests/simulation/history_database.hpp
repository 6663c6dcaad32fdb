#pragma once

#include "persistence/history.hpp"
#include "persistence/inventory.hpp"
#include "persistence/session.hpp"
#include "persistence/store.hpp"
#include "tests/simulation/history_defects.hpp"
#include "tests/simulation/simulated_database.hpp"
#include "tests/simulation/sqlite_clock.hpp"
#include "tests/support/scratch.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::simulation {

/// The product's own store in an SQLite file, with the faults and the other clients of a schedule.
/// Its clock is the schedule's, also in SQL.
class history_database final : public simulated_database {
public:
  explicit history_database(std::function<timestamp()> now, history_defects with = {});
  ~history_database() override;

  /// Called when a write fails without a fault of the schedule.
  std::function<void(const std::string&)> failed;

  /// A node's way to it.
  std::shared_ptr<persistence::store> connect();
  /// For readers.
  const persistence::database& where() const noexcept { return where_; }
  persistence::history& changes();
  persistence::inventory& inventory();

  support::memory_rows rows_of(const std::string& host) const override;
  void meddle(const std::function<void(support::memory_rows&)>& how) override;
  void renew_versions() override;
  void lock() override;
  void unlock() override;
  /// From a copy of the files only. Does nothing where a container has moved on since: no list
  /// would show that its times are too old.
  bool go_back(unsigned commits, bool files, const model_daemon& daemon) override;

  /// What a session has committed.
  void wrote(const std::vector<change_batch>& batches, const std::vector<write_summary>& done);
  /// The node's process has ended: its connections and locks with it.
  void end_process();
  unsigned process() const noexcept { return process_; }

private:
  /// All connections of nodes break, and lose their locks.
  void cut_connections();
  void close_readers();
  void run(const std::string& sql);
  persistence::session& client() const;
  std::string file() const { return folder_ / "inventory.db"; }
  std::string copy_of_file() const;
  bool times_have_moved(const support::memory_rows& since, const model_daemon& daemon) const;

  const history_defects with_;
  support::scratch_folder folder_;
  sqlite_clock clock_;
  persistence::database where_;
  mutable std::unique_ptr<persistence::session> client_;
  std::unique_ptr<persistence::history> changes_;
  std::unique_ptr<persistence::inventory> inventory_;
  mutable std::optional<support::memory_rows> known_; ///< of host "h", until someone writes
  std::vector<std::weak_ptr<persistence::store>> connected_;
  std::unique_ptr<persistence::store> other_; ///< the other writer, while it has the lock
  struct backup {
    std::string file;
    support::memory_rows rows;
  };
  std::deque<backup> backups_; ///< after each of the last commits
  unsigned commits_ = 0;
  unsigned process_ = 0; ///< how many have ended
};

} // namespace volumeviz::simulation
