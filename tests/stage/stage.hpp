#pragma once

#include "tests/stage/recorded_rows.hpp"
#include "tests/support/dockerd.hpp"
#include "tests/support/http_probe.hpp"
#include "tests/support/program.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::integration {

enum class database_kind { sqlite, postgres };

/// A fresh database for one test. An SQLite file can't be stopped: those methods are for
/// PostgreSQL.
class test_database {
public:
  virtual ~test_database() = default;
  virtual std::string url() const = 0; ///< as DATABASE_URL
  virtual void stop() = 0;
  virtual void kill() = 0;
  virtual void start() = 0;
  virtual void pause() = 0; ///< SIGSTOP to the server and all its sessions
  virtual void resume() = 0;
};

/// `settings`: more of postgresql.conf, for PostgreSQL only.
std::unique_ptr<test_database> make_database(database_kind kind,
                                             std::vector<std::string> settings = {});

/// The environment of an end-to-end test: a private Docker daemon, a fresh database, and the built
/// program.
class stage {
public:
  explicit stage(database_kind kind, bool with_plugins = false,
                 std::vector<std::string> database_settings = {});

  /// The settings of the node on this stage: quick reconnects, and no periodic reconciliation,
  /// which could hide a defect.
  support::variables settings() const;

  /// Stops a running node, starts a new one and waits until it is ready. Throws when it is not
  /// ready within 20 s.
  support::program& start_node(const support::variables& more = {});
  /// The same without waiting.
  support::program& launch_node(const support::variables& more = {});
  support::program& node() { return *node_; }
  void end_node() { node_.reset(); }
  support::http_probe http(std::string token = {}) {
    return support::http_probe{node_->port(), std::move(token)};
  }

  /// Waits until the rows are exact, then empty; otherwise the differences after `bound`.
  std::string disagreement(std::chrono::milliseconds bound = std::chrono::seconds{5});
  /// Empty when no event has failed; otherwise which ones, with the node's log about them.
  std::string failures();
  /// The rows as they are now.
  inventory_rows rows() { return records.rows(host); }
  /// Waits until the daemon's last events have been read and written: the rows and processed_total
  /// do not change for a moment.
  void settle();

  static constexpr const char* host = "stage-1"; ///< NODE_NAME

  support::dockerd daemon;
  support::docker_api docker;
  std::unique_ptr<test_database> database;
  recorded records;

private:
  std::optional<support::program> node_;
};

/// The built program: VOLUMEVIZ_PROGRAM in the environment, or else the one of this build.
std::string program_path();

/// False when the test must be skipped, since there is no dockerd or PostgreSQL to run.
bool servers_can_run(database_kind kind);

/// Defines two tests with `function(database_kind)`, one for each database. They are skipped where
/// the servers can't run.
#define ON_BOTH_DATABASES(sentence, function)                                                      \
  TEST_CASE(sentence " (SQLite)") {                                                                \
    if (servers_can_run(database_kind::sqlite))                                                    \
      function(database_kind::sqlite);                                                             \
  }                                                                                                \
  TEST_CASE(sentence " (PostgreSQL)") {                                                            \
    if (servers_can_run(database_kind::postgres))                                                  \
      function(database_kind::postgres);                                                           \
  }

} // namespace volumeviz::integration
