#pragma once

#include "persistence/statement.hpp"
#include "persistence/url.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// The path of an SQLite database that lives in memory and ends with its session.
inline constexpr const char* in_memory = ":memory:";

class driver;

/// One connection to either database, reduced to what both can do. Not thread-safe, except for
/// interrupt(). Every function that may fail throws sql_error.
class session {
public:
  enum class purpose {
    write,          ///< SQLite: creates the file and its folder, switches to WAL
    change_nothing, ///< SQLite: the file must exist and is opened as it is
    read,           ///< like change_nothing, and refuses to write
  };
  /// `limit` bounds connecting (PostgreSQL: in whole seconds, at least 2) and the server's own work
  /// on a statement.
  session(const address& where, purpose why, std::chrono::milliseconds limit);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  dialect kind() const noexcept;
  /// How many statements were sent so far.
  std::uint64_t statements() const noexcept;
  /// SQLite: the file was moved or deleted, so what is written now is lost.
  bool lost_its_file() const noexcept;

  /// Runs a statement that returns rows of `columns` columns; one round trip.
  std::vector<text_row> query(const std::string& sql, const parameters& values,
                              std::size_t columns);
  /// As query(), for an answer of very many rows.
  void each_row(const std::string& sql, const parameters& values, std::size_t columns,
                std::function<void(row_view)> visit);
  /// Runs a statement and returns how many rows it touched.
  std::int64_t execute(const std::string& sql, const parameters& values = {});
  /// Runs several statements without parameters. Outside of a transaction, PostgreSQL runs them as
  /// one transaction.
  void script(const std::string& sql);

  /// PostgreSQL: the server's process is not the one that answered when the connection was made, so
  /// there is a connection pool (PgBouncer) in between.
  bool pooled() const noexcept;
  /// False when a pool hands one session of the server to several connections (PgBouncer with
  /// pool_mode = transaction or statement): then no lock and no setting of a session belongs to
  /// this connection alone. Costs nothing without a pool; with one, a second connection and three
  /// round trips.
  bool keeps_its_backend();

  /// Runs a statement before the next one that is not queued, or at flush() or commit(): there a
  /// failure is thrown. On PostgreSQL, queued statements share one round trip, and each text is
  /// prepared once. On SQLite it runs at once.
  void queue(queued_statement x);
  void flush();

  /// SQLite: BEGIN IMMEDIATE, since a transaction that begins with reading can't wait for a lock.
  /// PostgreSQL: queued; left out, together with COMMIT, of a transaction that takes one round
  /// trip.
  void begin();
  void commit();
  /// Never fails: the next use of a broken connection reports it.
  void rollback() noexcept;

  /// A statement that is executed many times with different values. SQLite only, where an execution
  /// is a function call and not a round trip. Must end before its session.
  class prepared {
  public:
    prepared(session& owner, const std::string& sql, parameters values);
    ~prepared();
    /// `values`: in the order of the constructor's parameters. Returns how many rows it touched.
    std::int64_t execute(const std::vector<std::string>& values);

  private:
    struct implementation;
    std::unique_ptr<implementation> impl_;
  };

  /// The statement, prepared at its first use and kept as long as the session lives: preparing a
  /// write of a table with triggers takes SQLite longer than running it.
  prepared& kept(const std::string& sql, const parameters& values);

  /// From any thread, while the session lives: makes the running statement fail soon.
  void interrupt() noexcept;

private:
  void run_now(const queued_statement& x);
  bool transaction_is_queued() const;

  std::unique_ptr<driver> driver_;
  std::map<std::string, std::unique_ptr<prepared>> kept_; ///< by text; end before the connection
  std::vector<queued_statement> queued_;
  std::size_t queued_bytes_ = 0;
};

} // namespace volumeviz::persistence
