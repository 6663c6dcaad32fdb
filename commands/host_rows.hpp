#pragma once

#include "messages/fleet.hpp"
#include "persistence/inventory.hpp"

#include <string>
#include <vector>

namespace volumeviz::commands {

/// Every host that the database has: name, engine, last_heard, verified_at. Blocking.
result<std::vector<host_report>> recorded_hosts(persistence::inventory& rows);

} // namespace volumeviz::commands
