#include "persistence/sql_error.hpp"

#include "persistence/file_trouble.hpp"
#include "persistence/host_locks.hpp"
#include "text/utf8.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace volumeviz::persistence {

namespace {

constexpr std::size_t longest_message = 300;

/// One line, without the server's DETAIL, CONTEXT and LINE, which quote the data.
std::string shortened(std::string message) {
  for (const auto* part : {"\nDETAIL", "\nCONTEXT", "\nLINE", "\nHINT", "\nQUERY"})
    message.erase(std::min(message.find(part), message.size()));
  std::ranges::replace_if(
      message, [](unsigned char c) { return c < ' '; }, ' ');
  // SOCI puts its own action in front of the cause; the caller names a better one.
  for (const std::string_view prefix :
       {"Cannot establish connection to the database. ", "Cannot execute query. ",
        "Cannot prepare statement. ",
        "ERROR:  ", "sqlite3_statement_backend::loadOne: ", "sqlite3_statement_backend::prepare: "})
    if (message.starts_with(prefix))
      message.erase(0, prefix.size());
  if (message.size() > longest_message) {
    text::cut(message, longest_message);
    message += "…";
  }
  message.erase(message.find_last_not_of(' ') + 1);
  return message;
}

struct cure {
  std::string_view state; ///< SQLSTATE or the beginning of one
  trouble kind;
  std::string_view text;
};

// The first match counts. Any other error is treated as temporary: the store tries a new
// connection, with backoff.
constexpr std::array postgresql_cures{
    cure{"08", trouble::away, ""},
    cure{"26000", trouble::stale_plan, ""},
    cure{"57P", trouble::away, ""},
    cure{"57014", trouble::away, "the server took too long: look for locks and load"},
    cure{"55P03", trouble::away, "another session holds a lock: see pg_stat_activity"},
    cure{"53100", trouble::away, "the server's disk is full: make room"},
    cure{"53200", trouble::away,
         "the server is out of memory or of room for locks: each host needs a lock, see "
         "max_locks_per_transaction"},
    cure{"53300", trouble::away, "raise max_connections or close other sessions"},
    cure{"25006", trouble::away,
         "the server is a standby, or default_transaction_read_only is on for this role or "
         "database: "
         "name the primary in DATABASE_URL, or ALTER ROLE … SET default_transaction_read_only = "
         "off"},
    cure{"23503", trouble::missing_parent, ""},
    cure{"22", trouble::data, ""},
    cure{"23", trouble::data, ""},
    cure{"54", trouble::data, ""},
    cure{"42P01", trouble::schema,
         "a table is missing: restore it, or give the program an empty database"},
    cure{"42P07", trouble::schema,
         "another program has a table of that name: give this one a database or a schema of its "
         "own"},
    cure{"42", trouble::schema, "the tables are not this program's: give it a database of its own"},
    cure{"3F", trouble::schema,
         "search_path names no schema that exists: CREATE SCHEMA, or ALTER ROLE … SET search_path"},
};

struct connect_cure {
  std::string_view seen;
  std::string_view text;
};

constexpr std::array connect_cures{
    connect_cure{"password authentication failed", "check user and password in DATABASE_URL"},
    connect_cure{"no password supplied", "DATABASE_URL needs a password"},
    connect_cure{"does not exist", "create it, or correct DATABASE_URL"},
    connect_cure{"Connection refused",
                 "start the server, or correct host and port in DATABASE_URL"},
    connect_cure{"could not translate host name", "correct the host in DATABASE_URL"},
    connect_cure{"No such file or directory",
                 "start the server, or correct the socket's folder in DATABASE_URL"},
    connect_cure{"timeout expired",
                 "check that the server answers and that no firewall is in between"},
    connect_cure{"too many clients", "raise max_connections or close other sessions"},
    connect_cure{"pg_hba.conf", "let this host in, in the server's pg_hba.conf"},
    connect_cure{"starting up", "wait"},
    connect_cure{"SSL", "correct sslmode in DATABASE_URL"},
};

std::string with_cure(const std::string& message, std::string_view cure) {
  return cure.empty() ? message : message + ": " + std::string{cure};
}

/// The GRANT that a role without a permission needs. Since PostgreSQL 15 only the owner of a
/// database may create tables in its schema public.
std::string grant_for(const std::string& message, const std::string& role) {
  constexpr std::string_view of_schema = "permission denied for schema ";
  const auto to = role.empty() ? std::string{"ROLE"} : role;
  const auto at = message.find(of_schema);
  if (at == std::string::npos)
    return "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA … TO " + to
           + ", or let it own its tables";
  return "GRANT USAGE, CREATE ON SCHEMA " + message.substr(at + of_schema.size()) + " TO " + to
         + " (as its owner), or give the program a database that its role owns";
}

} // namespace

failure to_failure(const sql_error& error, const std::string& attempted) {
  const auto code = [&] {
    switch (error.kind()) {
    case trouble::schema:
      return ec::store_schema;
    case trouble::data:
    case trouble::missing_parent:
      return ec::store_rejected;
    case trouble::stale_plan:
    case trouble::away:
      break;
    }
    return ec::store_unreachable;
  }();
  return {code, attempted + ": " + error.what()};
}

sql_error postgresql_error(const std::string& sqlstate, const std::string& raw_message,
                           const std::string& role) {
  const auto message = shortened(raw_message);
  if (message.find("statement pooling") != std::string::npos)
    return {trouble::away, with_cure(message, no_lock_behind_a_pool)};
  if (sqlstate == "42501")
    return {trouble::away, with_cure(message + " [42501]", grant_for(message, role))};
  if (sqlstate.empty()) {
    for (const auto& known : connect_cures)
      if (message.find(known.seen) != std::string::npos)
        return {trouble::away, with_cure(message, known.text)};
    return {trouble::away, message};
  }
  // feature_not_supported, for this reason only: the columns of a table have changed.
  if (sqlstate == "0A000" && message.find("cached plan") != std::string::npos)
    return {trouble::stale_plan, message + " [0A000]"};
  // A trigger's function keeps the types of its variables as long as its session lives.
  if (sqlstate == "42804" && message.find("when preparing the plan") != std::string::npos)
    return {trouble::away, message + " [42804]: a table was altered; a new connection is needed"};
  for (const auto& known : postgresql_cures)
    if (sqlstate.starts_with(known.state))
      return {known.kind, with_cure(message + " [" + sqlstate + "]", known.text)};
  return {trouble::away, message + " [" + sqlstate + "]"};
}

sql_error soci_failure(const std::string& message) {
  return {trouble::away, shortened(message)};
}

sql_error sqlite_error(int code, int extended, const std::string& raw_message,
                       const std::string& path) {
  constexpr int constraint_foreignkey = 787;
  const auto message = shortened(raw_message) + " [" + std::to_string(code) + "]";
  const auto is = [&](trouble kind, const std::string& cure = {}) {
    return sql_error{kind, with_cure(message, cure)};
  };
  const auto rebuild =
      "move " + path + " aside (with its -wal and -shm): the node fills a new one from Docker";
  switch (code) {
  case 1:
    return is(trouble::schema,
              "the tables in " + path + " are not this program's: " + rebuild); // ERROR
  case 5:                                                                       // BUSY
  case 6:
    return is(trouble::away, lock_holders_of(path)); // LOCKED
  case 8:
    return is(trouble::away, why_not_writable(path)); // READONLY
  case 10:
    return is(trouble::away, why_input_output_failed(path)); // IOERR
  case 11:
    return is(trouble::away, "the file is damaged: " + rebuild); // CORRUPT
  case 13:
    return is(trouble::away, "the disk is full: make room"); // FULL
  case 14:
    return is(trouble::away, why_not_writable(path)); // CANTOPEN
  case 18:
    return is(trouble::data); // TOOBIG
  case 19:
    return is(extended == constraint_foreignkey ? trouble::missing_parent
                                                : trouble::data); // CONSTRAINT
  case 20:
    return is(trouble::data); // MISMATCH
  case 26:
    return is(trouble::away, path + " is not an SQLite database: " + rebuild); // NOTADB
  default:
    return is(trouble::away);
  }
}

} // namespace volumeviz::persistence
