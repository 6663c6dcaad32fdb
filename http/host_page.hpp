#pragma once

#include "messages/fleet.hpp"
#include "persistence/inventory.hpp"

#include <vector>

namespace volumeviz::http {

/// Adds to `page`, the database's answer to `asked`, the hosts that the hub knows and that have no
/// row. An agent has no row until its first batch is committed, and with a Docker daemon that is
/// down that may never happen. Each host is placed where its row will be, so that the pages stay in
/// order, complete, and of the requested size.
persistence::page<persistence::host_row>
with_hosts_without_rows(persistence::page<persistence::host_row> page,
                        const persistence::query& asked, const std::vector<host_report>& fleet);

/// Raises `verified_at` of each row to the value in `known`, which is newer: the column is written
/// every ten seconds only.
void raise_verified_at(std::vector<persistence::host_row>& rows,
                       const std::vector<host_report>& known);

} // namespace volumeviz::http
