#pragma once

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace volumeviz::support {

/// A PostgreSQL server of the test's own, on a free port of 127.0.0.1, with its files in a folder
/// of its own under /tmp; several may run side by side. Runs as the user `postgres` when the test
/// is root. Gone with the object.
class postgres {
public:
  /// Started and answering, with fsync as the server's default is, so that times are honest.
  postgres();
  ~postgres();
  postgres(const postgres&) = delete;
  postgres& operator=(const postgres&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  /// As DATABASE_URL. The user's password is wrong on purpose (the server trusts anyone): it must
  /// show up nowhere.
  std::string url(const std::string& database = "postgres") const;
  /// The same server by its Unix socket.
  std::string socket_url(const std::string& database = "postgres") const;
  /// A new, empty database; its URL.
  std::string new_database();

  /// Runs SQL with psql and gives its output, unaligned, without headers: a line a row, columns
  /// separated by '|'. Throws std::runtime_error with psql's words when it fails.
  std::string sql(const std::string& database_url, const std::string& statements) const;

  void start();   ///< until it answers, at most 30 s
  void stop();    ///< fast shutdown: connections are closed, at most 30 s
  void kill();    ///< immediate shutdown, as a crash: recovery at the next start
  void restart(); ///< stop and start
  void
  pause(); ///< SIGSTOP to the server and all its sessions: the kernel still accepts, nobody answers
  void resume(); ///< SIGCONT to the same

  std::string log() const { return file_text(folder_ / "log"); }

private:
  std::string program(const std::string& name) const;
  command as_server_user(std::vector<std::string> arguments) const;
  void signal_all(int number);

  scratch_folder folder_;
  std::string binaries_;
  std::uint16_t port_ = 0;
  int databases_ = 0;
  std::optional<process> server_;
};

/// Why no private server can run here; empty when one can.
std::string no_postgres_because();

/// False when the caller should skip its test, which is said in the test's output; throws instead
/// where VOLUMEVIZ_REQUIRE_SERVERS or CI is set.
bool postgres_can_run();

/// One server for all tests of this program, started by the first that asks.
postgres& shared_postgres();

} // namespace volumeviz::support
