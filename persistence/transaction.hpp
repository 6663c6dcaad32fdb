#pragma once

#include "messages/changes.hpp"
#include "persistence/history_options.hpp"
#include "persistence/session.hpp"
#include "persistence/text.hpp"
#include "persistence/written_hosts.hpp"

#include <string>
#include <vector>

namespace volumeviz::persistence {

// How a batch gets from the store to SQL, one function per line:
//
//   sql_store::apply              the store's interface
//   sql_store::call               connection, deadline, errors
//   write_batches                 sanitizes the batches and takes the locks; repeats a transaction
//                                 that failed, with more care
//   attempt::run                  BEGIN, rounds of one batch per host, COMMIT
//   attempt::write_round          the order of the tables: deletions, hosts, volumes, containers
//   history_context               what the triggers that record changes need to know
//   row_writer::upsert_volumes    rows as JSON in chunks (PostgreSQL), row by row (SQLite)
//   put                           finds the rows that the database refuses
//   row_statement::run            one statement; adds the rows that it touched to the summaries
//   session::queue                SQLite: runs it (SOCI); PostgreSQL: waits for session::flush
//   session::commit               sends what is queued (postgresql_pipeline::run)

/// Applies all batches, in order, in one transaction; returns one summary each. Commits it and
/// updates `hosts`. When `hosts` is null the transaction is rolled back and needs no locks: the
/// summaries say what would be done. A batch of a host whose lock another process has is left out
/// (write_summary::locked_out). `how`: what of it belongs to the history. A row that exceeds the
/// quota is rejected. `now`: for `updated_at` and the like. Throws sql_error.
std::vector<write_summary> write_batches(session& on, const std::vector<change_batch>& batches,
                                         written_hosts* hosts, const history_options& how = {},
                                         const std::string& now = current_time());

} // namespace volumeviz::persistence
