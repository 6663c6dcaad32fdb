#pragma once

#include "messages/error.hpp"

#include <stdexcept>
#include <string>

namespace volumeviz::persistence {

/// What a failure of the database means for the caller.
enum class trouble {
  data,           ///< the database refuses this data (too long, out of range, …): isolate it
  missing_parent, ///< a foreign key: the host's row was deleted
  away,           ///< try again later, on a new connection
  stale_plan,     ///< a prepared statement is gone or no longer fits: repeat the transaction
  schema,         ///< tables or columns are not what this program expects
};

/// Thrown inside this folder only; its public functions return a failure instead. The text is short
/// and has neither data nor secrets.
class sql_error : public std::runtime_error {
public:
  sql_error(trouble kind, const std::string& text) : std::runtime_error{text}, kind_{kind} {}
  trouble kind() const noexcept { return kind_; }

private:
  trouble kind_;
};

/// ec::store_unreachable, ec::store_schema or ec::store_rejected; the text begins with `attempted`.
failure to_failure(const sql_error& error, const std::string& attempted);

/// `sqlstate`: empty when there is no connection. `role`: the connected role, to name it in a
/// GRANT.
sql_error postgresql_error(const std::string& sqlstate, const std::string& message,
                           const std::string& role = {});

/// `code` and `extended`: SQLite's primary and extended result code.
sql_error sqlite_error(int code, int extended, const std::string& message, const std::string& path);

/// A failure that SOCI itself reports, without a code of the database.
sql_error soci_failure(const std::string& message);

} // namespace volumeviz::persistence
