#pragma once

#include "tests/integration/recorded_rows.hpp"
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

/// A fresh database of the test's own. A file can't be stopped: those methods are for PostgreSQL.
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

std::unique_ptr<test_database> make_database(database_kind kind);

/// What each end-to-end test happens on: a private Docker daemon, a fresh database, and the built
/// program between them.
class stage {
public:
  explicit stage(database_kind kind, bool with_plugins = false);

  /// The settings of the node: everything it needs to work on this stage, with quick reconnects and
  /// no periodic reconciliation, so that nothing is right by a lucky repair.
  support::variables settings() const;

  /// Starts the node, ending one that runs, and waits until it is ready. Throws when it is not
  /// within 20 s.
  support::program& start_node(const support::variables& more = {});
  /// The same without waiting.
  support::program& launch_node(const support::variables& more = {});
  support::program& node() { return *node_; }
  void end_node() { node_.reset(); }
  support::http_probe http(std::string token = {}) {
    return support::http_probe{node_->port(), std::move(token)};
  }

  /// Empty once the rows are exact, else how they still differ from the daemon after `bound`.
  std::string disagreement(std::chrono::milliseconds bound = std::chrono::seconds{5});
  /// Empty when no event has failed; else which, and the node's words about it.
  std::string failures();
  /// The rows as they are now.
  inventory_rows rows() { return records.rows(host); }
  /// Waits until the daemon's last words have been read and written: the same rows and no change of
  /// processed_total for a moment.
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

/// False when the caller should skip its test, for want of a dockerd or a PostgreSQL to run.
bool servers_can_run(database_kind kind);

/// `function(database_kind)` as two tests, one on each database; skipped where the servers can't
/// run.
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
