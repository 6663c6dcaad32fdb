#pragma once

#include "persistence/history.hpp"
#include "persistence/inventory.hpp"

namespace volumeviz::http {

/// What the node has in a database. All are thread-safe.
struct stored_rows {
  persistence::inventory* rows = nullptr; ///< null on an agent, which has no database
  persistence::history* past = nullptr;   ///< null when no history is kept
  /// The same for the feed, which must not wait for the connections of requests. Null: `past`.
  persistence::history* followed = nullptr;
};

} // namespace volumeviz::http
