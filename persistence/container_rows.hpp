#pragma once

#include "persistence/host_quota.hpp"
#include "persistence/row_writer.hpp"

namespace volumeviz::persistence {

/// Writes containers, and the mounts of those that have a row and for whose mounts the quota has
/// room. Throws sql_error.
void write_containers(row_writer& rows, quota_check& quota, const host_parts<container>& all);

} // namespace volumeviz::persistence
