#pragma once

#include "persistence/row_writer.hpp"

namespace volumeviz::persistence {

/// row_writer::replace_mounts() for PostgreSQL.
void replace_mounts_in_postgresql(session& on, const history_rules& excluded, bool careful,
                                  const host_parts<container>& all);

} // namespace volumeviz::persistence
