#pragma once

#include "messages/error.hpp"
#include "persistence/store.hpp"

namespace volumeviz::persistence {

/// Does what the store will do to a database, and undoes it: creates missing tables, or writes
/// rows, and rolls back. To show that an SQLite file is writable, commits a table and drops it;
/// where there is no file yet, uses a file with another name in its folder and removes it. Errors
/// as store::apply().
result<void> try_to_write(const database& where);

} // namespace volumeviz::persistence
