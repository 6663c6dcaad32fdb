#pragma once

#include "tests/support/process.hpp"
#include "tests/support/scratch.hpp"

#include <string>
#include <vector>

namespace volumeviz::support {

/// The path of one of PostgreSQL's programs, of the newest installed version: Debian keeps them out
/// of PATH. Empty when PostgreSQL's server is not installed.
std::string postgres_program(const std::string& name);

// PostgreSQL and PgBouncer refuse to run as root, so root runs them as the user postgres.

/// Gives the folder and all in it to the user postgres when the caller is root.
void give_to_postgres(const scratch_folder& folder);
/// The command, as the user postgres when the caller is root.
command as_postgres(command what);

/// Runs a command to its end, at most 30 s. Throws std::runtime_error with the text of its file of
/// errors when it fails.
void run_to_end(const command& what);

/// Runs statements with psql, each in a transaction of its own, and returns its output, unaligned
/// and without headers. Throws std::runtime_error with psql's error when it fails.
std::string psql(const std::string& database_url, const std::vector<std::string>& statements);

} // namespace volumeviz::support
