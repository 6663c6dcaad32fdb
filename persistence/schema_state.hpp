#pragma once

#include "messages/error.hpp"
#include "persistence/store.hpp"

namespace volumeviz::persistence {

/// The state of a database's schema.
struct schema_state {
  bool exists = false; ///< false: an SQLite file that the store will create
  int found = 0;       ///< the version in the database; 0: no schema yet
  int wanted = 0;      ///< the version that this program needs
};

/// Reads the state and changes nothing. ec::store_unreachable when the database does not answer,
/// ec::store_schema when its schema is newer than this program's or another program's.
result<schema_state> read_schema_state(const database& where);

} // namespace volumeviz::persistence
