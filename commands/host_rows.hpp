#pragma once

#include "messages/fleet.hpp"
#include "persistence/inventory.hpp"

#include <string>
#include <vector>

namespace volumeviz::commands {

/// Every host that the database has: name, engine, last_heard, verified_at. Blocking.
result<std::vector<host_report>> recorded_hosts(persistence::inventory& rows);

/// The moment of an ISO 8601 text in UTC as the database tells it; never for an empty or any other
/// text.
timestamp moment_of(const std::string& iso);

} // namespace volumeviz::commands
