#pragma once

#include "messages/error.hpp"
#include "persistence/store.hpp"

namespace volumeviz::persistence {

/// What a look at the database shows, without changing anything.
struct schema_state {
  bool exists = false; ///< false: an SQLite file that the store will create
  int found = 0;       ///< version of the schema there; 0: none yet
  int wanted = 0;      ///< the program's
};

/// ec::store_unreachable when the database does not answer, ec::store_schema when its schema is
/// newer than this program or not of this program.
result<schema_state> look_at_schema(const database& where);

} // namespace volumeviz::persistence
