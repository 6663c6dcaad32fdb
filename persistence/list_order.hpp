#pragma once

#include "messages/error.hpp"
#include "persistence/inventory.hpp"
#include "persistence/list_statement.hpp"

#include <string>

namespace volumeviz::persistence {

/// The order that a query asks for. ec::bad_request for an unknown name, and for one that needs
/// today's mounts in a query as of a moment.
result<row_order> order_of(const listed_table& table, dialect kind, const query& what);

} // namespace volumeviz::persistence
