#pragma once

#include "persistence/sql_error.hpp"
#include "persistence/url.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// A named parameter of a statement, always as text: `:name`, in PostgreSQL with a cast. An empty
/// `time` is NULL.
struct parameter {
  enum class type { text, time };
  std::string name;
  std::string value;
  type kind = type::text;
};
using parameters = std::vector<parameter>;
using text_row = std::vector<std::string>; ///< NULL is an empty text

/// The path of an SQLite database that is no file and ends with its session.
inline constexpr const char* in_memory = ":memory:";

/// One connection to either database, reduced to what both can do. Not thread-safe but for
/// interrupt(). Everything throws sql_error.
class session {
public:
  enum class purpose {
    write,          ///< SQLite: makes the file and its folder, WAL
    change_nothing, ///< SQLite: the file must exist and is opened as it is
    read,           ///< as change_nothing, and refuses to write
  };
  /// `limit` bounds connecting (PostgreSQL: in whole seconds, at least 2) and the server's own work
  /// on a statement.
  session(const address& where, purpose why, std::chrono::milliseconds limit);
  ~session();
  session(const session&) = delete;
  session& operator=(const session&) = delete;

  dialect kind() const noexcept;
  std::uint64_t statements() const noexcept; ///< sent so far
  /// SQLite: the file was moved or deleted, and what is written now is written nowhere.
  bool lost_its_file() const noexcept;

  /// One round trip. `columns`: how many the statement returns.
  std::vector<text_row> query(const std::string& sql, const parameters& values,
                              std::size_t columns);
  /// The rows that were touched.
  std::int64_t execute(const std::string& sql, const parameters& values = {});
  /// Several statements without parameters. Alone, not in a transaction, PostgreSQL makes it one.
  void script(const std::string& sql);

  /// PostgreSQL: the server's process is not the one that answered when the connection was made, so
  /// a connection pool (PgBouncer) stands between.
  bool pooled() const noexcept;
  /// False when a pool hands one session of the server to several connections (PgBouncer with
  /// pool_mode = transaction or statement): then no lock and no setting of a session is ours.
  /// Without a pool it costs nothing, with one a second connection and three round trips.
  bool keeps_its_backend();

  /// BEGIN and one question in the same round trip, PostgreSQL only: its answer.
  std::string begin_and_ask(const std::string& select);
  void begin(); ///< SQLite: BEGIN IMMEDIATE, since a transaction that starts with reading could not
                ///< wait for a lock
  void commit();
  void rollback() noexcept; ///< never fails: what is broken is noticed at the next use

  /// A statement that is executed again and again with other values; SQLite only, where each
  /// execution is a call and not a round trip. Must end before its session.
  class prepared {
  public:
    prepared(session& owner, const std::string& sql, parameters values);
    ~prepared();
    /// In the order of the parameters given before.
    std::int64_t execute(const std::vector<std::string>& values);

  private:
    struct implementation;
    std::unique_ptr<implementation> impl_;
  };

  /// From any thread, while the session lives: makes what runs fail soon.
  void interrupt() noexcept;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace volumeviz::persistence
