#pragma once

#include "persistence/session.hpp"
#include "persistence/store.hpp"
#include "runtime/deadlines.hpp"

#include <chrono>

namespace volumeviz::persistence {

/// Brings the schema of an older version up to date, without the limit of a call: a step may read
/// all rows, and if it was given up, it would be tried again for ever. Waits for other sessions'
/// locks no longer than usual, since everything else waits behind it meanwhile. `starting`: called
/// before, see migrate(). Returns whether there was something to do; nothing is done to a database
/// without a schema. Throws sql_error.
bool upgrade_old_schema(session& on, deadline_keeper& keeper, std::chrono::milliseconds limit,
                        const migration_listener& starting = {});

} // namespace volumeviz::persistence
