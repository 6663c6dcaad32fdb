#pragma once

#include "persistence/statement.hpp"

#include <libpq-fe.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// A statement with `:name` parameters in the form that the server takes.
struct positional_statement {
  std::string sql;                ///< with $1, $2, … in place of the names
  std::vector<std::string> names; ///< of $1, $2, …
};

/// Replaces each `:name` outside of literals and quoted names. A name that occurs twice is one
/// parameter. `::type` is a cast.
positional_statement positional(const std::string& sql);

/// Sends statements to PostgreSQL in one round trip (libpq's pipeline mode). Each text is prepared
/// once on its connection, in the same round trip: parsing and planning take the server longer than
/// the rest of a small write.
class postgresql_pipeline {
public:
  /// `error_of` makes an error of an answer that failed; null when the connection has ended.
  using error_source = std::function<sql_error(const PGresult*)>;

  explicit postgresql_pipeline(error_source error_of) : error_of_{std::move(error_of)} {}

  /// Runs them in order. The first that fails ends the others, which are not run, and the error is
  /// thrown: the caller's transaction is to be rolled back.
  void run(PGconn* on, const std::vector<queued_statement>& all);
  /// After an error of trouble::stale_plan: statements are prepared again.
  void forget() { prepared_.clear(); }

private:
  using answer = std::unique_ptr<PGresult, decltype(&PQclear)>;
  struct prepared {
    std::string name;
    std::vector<std::string> parameters;
    bool known_to_server = false;
  };

  /// What the server answers next: to the preparation of a statement, or to the statement.
  struct expected {
    prepared& what;
    const queued_statement* executed; ///< null: prepared
  };

  void send(PGconn* on, const queued_statement& x, std::vector<expected>& answers);
  void receive(PGconn* on, const std::vector<expected>& answers);
  sql_error error_of(const expected& x, const PGresult* got) const;

  error_source error_of_;
  std::map<std::string, prepared> prepared_; ///< by text
  std::size_t names_ = 0;
};

} // namespace volumeviz::persistence
