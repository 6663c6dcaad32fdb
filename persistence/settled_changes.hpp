#pragma once

#include "persistence/list_statement.hpp"
#include "persistence/session.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace volumeviz::persistence {

/// See history_bounds.
struct change_horizon {
  std::int64_t settled = 0, newest = 0;
};

/// Throws sql_error.
change_horizon read_horizon(session& on);

/// Makes a statement from the condition that `t.id` is settled.
using settled_statement = std::function<std::string(const std::string& is_settled)>;

/// Reads the horizon, and then rows with the statement. On PostgreSQL it takes one round trip,
/// unless a connection pool is in between. Throws sql_error.
std::vector<text_row> read_settled(session& on, change_horizon& horizon,
                                   const settled_statement& statement, const parameters& values,
                                   std::size_t columns);

} // namespace volumeviz::persistence
