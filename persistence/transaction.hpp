#pragma once

#include "messages/changes.hpp"
#include "persistence/host_locks.hpp"
#include "persistence/host_quota.hpp"
#include "persistence/session.hpp"

#include <set>

namespace volumeviz::persistence {

/// Applies all batches, in order, in one transaction, and commits it. Batches of hosts whose lock
/// somebody else has are left out (write_summary::locked_out). Throws sql_error. `known_hosts`:
/// hosts whose row this connection has seen committed; learns new ones. What is beyond the quota is
/// rejected.
std::vector<write_summary> write_batches(session& on, const std::vector<change_batch>& batches,
                                         std::set<std::string>& known_hosts, host_locks& locks,
                                         host_quota* quota = nullptr);

/// The same, rolled back: what would be done. Needs no locks.
std::vector<write_summary> preview_batches(session& on, const std::vector<change_batch>& batches);

} // namespace volumeviz::persistence
