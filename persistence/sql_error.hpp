#pragma once

#include "messages/error.hpp"

#include <stdexcept>
#include <string>

namespace volumeviz::persistence {

/// What a failure of the database means for us.
enum class trouble {
  data,           ///< this very data is refused (over-long, out of range, …): isolate it
  missing_parent, ///< a foreign key: the host's row has gone
  away,           ///< try again later, on a new connection
  schema,         ///< tables or columns are not what this program expects
};

/// Thrown by session, caught where the folder's calls end. The text is short, without values and
/// without secrets.
class sql_error : public std::runtime_error {
public:
  sql_error(trouble kind, const std::string& text) : std::runtime_error{text}, kind_{kind} {}
  trouble kind() const noexcept { return kind_; }

private:
  trouble kind_;
};

/// ec::store_unreachable, ec::store_schema or ec::store_rejected, with what was attempted in front.
failure to_failure(const sql_error& error, const std::string& attempted);

/// `sqlstate` is empty when no connection could be made.
/// `role`: the one that is connected, for what it needs to be granted.
sql_error postgresql_error(const std::string& sqlstate, const std::string& message,
                           const std::string& role = {});

/// `code` and `extended`: SQLite's primary and extended result code.
sql_error sqlite_error(int code, int extended, const std::string& message, const std::string& path);

/// A failure that SOCI itself reports, without a code of the database.
sql_error soci_failure(const std::string& message);

} // namespace volumeviz::persistence
