#pragma once

#include "persistence/session.hpp"
#include "tests/support/memory_rows.hpp"

#include <string>

namespace volumeviz::simulation {

/// All rows of a host.
support::memory_rows read_rows(persistence::session& on, const std::string& host);

/// Writes what differs between the two, as another client does who knows nothing of the node.
void write_difference(persistence::session& on, const std::string& host,
                      const support::memory_rows& before, const support::memory_rows& after);

} // namespace volumeviz::simulation
