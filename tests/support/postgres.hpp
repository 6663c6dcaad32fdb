#pragma once

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::support {

/// What a test's server does so that its data survives a crash of the machine.
enum class durability {
  full, ///< as a real server does, so that measured times are true
  none, ///< nothing, which makes it several times faster; a crash of the server loses nothing
        ///< either
};

/// A private PostgreSQL server on a free port of 127.0.0.1, with its files in a new folder under
/// /tmp; several can run side by side, also those of other processes. Runs as the user `postgres`
/// when the test is root. Ends with the object, or when the test program dies. For tests that stop,
/// kill or freeze the server; all others use shared_postgres().
class postgres {
public:
  /// Returns when the server answers. `settings`: more of postgresql.conf, as "wal_level=logical".
  explicit postgres(durability how = durability::full, std::vector<std::string> settings = {});
  ~postgres();
  postgres(const postgres&) = delete;
  postgres& operator=(const postgres&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  /// As DATABASE_URL. The server trusts every client, so the password does not matter: it is there
  /// so that tests notice when a text shows it.
  std::string url(const std::string& database = "postgres") const;
  /// The URL of the server's Unix socket.
  std::string socket_url(const std::string& database = "postgres") const;
  /// Creates an empty database and returns its URL.
  std::string new_database();

  /// Runs SQL with psql and returns its output, unaligned, without headers: a line for each row,
  /// columns separated by '|'. Throws std::runtime_error with psql's error when it fails.
  std::string sql(const std::string& database_url, const std::string& statements) const;

  void start();   ///< until it answers, at most 30 s
  void stop();    ///< fast shutdown: connections are closed, at most 30 s
  void kill();    ///< immediate shutdown, as a crash: recovery at the next start
  void restart(); ///< stop and start
  /// SIGSTOP to the server and all its sessions: the kernel still accepts connections, and nothing
  /// answers.
  void pause();
  void resume(); ///< SIGCONT to the same processes

  std::string log() const { return file_text(folder_ / "log"); }

private:
  command server_command(std::vector<std::string> arguments) const;
  void create_files();
  bool try_to_start();
  bool answers() const;
  void signal_all(int number);

  scratch_folder folder_;
  durability durability_;
  std::vector<std::string> settings_;
  std::uint16_t port_ = 0;
  int databases_ = 0;
  std::vector<std::string> unused_; ///< databases that were created and not given out
  std::optional<process> server_;
};

/// Why no private server can run here; empty when one can.
std::string no_postgres_because();

/// See server_can_run().
bool postgres_can_run();

/// The one server of this process, for tests that leave it running: each takes a database of its
/// own, new_database(). Starts at the first call, without durability, and ends when the process
/// exits or dies. Call it from the main thread: the server ends with the thread that started it.
postgres& shared_postgres();

} // namespace volumeviz::support
