#pragma once

#include "persistence/as_of.hpp"
#include "persistence/inventory.hpp"
#include "persistence/list_statement.hpp"

#include <optional>

namespace volumeviz::persistence {

/// A filter of the query that has no answer as of a moment, since it needs today's mounts.
std::optional<failure> refused_as_of(const listed_table& table, const query& what);

/// Adds the filters that only volumes or containers have. `then`: of a query as of a moment, else
/// null.
void restrict_volumes(row_filter& filter, dialect kind, const query& what, const rows_as_of* then);
void restrict_containers(row_filter& filter, dialect kind, const query& what);

} // namespace volumeviz::persistence
