#pragma once

#include "messages/changes.hpp"
#include "persistence/session.hpp"

#include <string>

namespace volumeviz::persistence {

/// Reports what a complete list of a host's containers leaves open: which containers have unknown
/// times (write_summary::needs_inspect), and since when changes may have been missed
/// (write_summary::verified_before).
void report_list_gaps(session& on, const std::string& host, write_summary& summary);

} // namespace volumeviz::persistence
