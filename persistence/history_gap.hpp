#pragma once

#include "persistence/session.hpp"

#include <set>
#include <string>

namespace volumeviz::persistence {

/// Ends the histories of these hosts, as if all of it had been trimmed, if this transaction has
/// changed a row and did not record that (HISTORY_RETENTION=0): what is recorded later does not
/// follow what was recorded before. history_hosts.trimmed_id becomes an id that is greater than
/// every cursor that was given out, so those who followed learn that changes are missing. Once for
/// each such time: nothing is written while no further change is recorded. To be called before
/// history_context::end().
void end_unrecorded_histories(session& on, const std::set<std::string>& hosts);

} // namespace volumeviz::persistence
