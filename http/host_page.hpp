#pragma once

#include "messages/fleet.hpp"
#include "persistence/inventory.hpp"

#include <vector>

namespace volumeviz::http {

/// `page`, which the database has answered to `asked`, with the hosts that the hub knows and that
/// have no row: an agent has none until its first batch is committed, which takes for ever when
/// its Docker daemon is down, and that is when one looks for it. Each stands where its row will be,
/// so that pages stay in order, of the size that was asked for, and without gaps.
persistence::page<persistence::host_row>
with_hosts_without_rows(persistence::page<persistence::host_row> page,
                        const persistence::query& asked, const std::vector<host_report>& fleet);

/// Lets `verified_at` of each row be at least what is known in `known`: the rows are told of it
/// every ten seconds only.
void show_latest_proof(std::vector<persistence::host_row>& rows,
                       const std::vector<host_report>& known);

} // namespace volumeviz::http
