#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <set>

namespace volumeviz::persistence {

enum class outcome { keep, discard };

/// Applies all batches, in order, in one transaction, and commits it or rolls it back. Throws
/// sql_error. `known_hosts`: hosts whose row this connection has seen committed; learns new ones.
std::vector<write_summary> write_batches(session& on, const std::vector<change_batch>& batches,
                                         std::set<std::string>& known_hosts, outcome end);

} // namespace volumeviz::persistence
