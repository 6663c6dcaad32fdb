#pragma once

#include "messages/error.hpp"
#include "persistence/session.hpp"
#include "text/timestamp.hpp"

#include <optional>
#include <string>

namespace volumeviz::persistence {

/// From when on a history is complete.
struct history_begin {
  bool is_known_host = false; ///< false: nothing of the host is or was recorded
  std::string begins_at;      ///< empty: not yet
  std::int64_t trimmed = 0;   ///< the greatest id that was trimmed
};

/// Of one host. Empty `host`: of all that have begun, so it is the earliest begin, but after what
/// was trimmed of any host. Throws sql_error.
history_begin read_history_begin(session& on, const std::string& host);

/// Why there is no answer to how the inventory was at this moment; nothing when there is one.
std::optional<failure> no_history_at(session& on, timestamp at, const std::string& host);

} // namespace volumeviz::persistence
