#pragma once

#include "messages/error.hpp"
#include "persistence/store.hpp"

namespace volumeviz::persistence {

/// Does to a database what the store will do, and undoes it: makes the tables where they are
/// missing, gets a lock, writes rows, and rolls all of it back. An SQLite file is proven writable
/// by a table that is committed and dropped, or, where there is no file yet, by a file of another
/// name in its folder that is removed again. Errors as store::apply().
result<void> try_to_write(const database& where);

} // namespace volumeviz::persistence
