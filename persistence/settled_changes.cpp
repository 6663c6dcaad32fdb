#include "persistence/settled_changes.hpp"

#include <utility>

namespace volumeviz::persistence {

namespace {

// On PostgreSQL an id is drawn before its transaction commits. Each transaction that writes changes
// locks a number below all ids that it draws, until it ends (schema step 2). So three statements
// must follow one another, each with a snapshot of its own:
// 1. the newest id: what is drawn later is greater,
// 2. the least number locked: the others have ended, so the third sees what they wrote,
// 3. the rows up to the lesser of the two.
// A long transaction of another program takes no such lock, and so holds up no reader.

constexpr const char* newest_drawn =
    "SELECT set_config('volumeviz.newest', "
    "coalesce(pg_sequence_last_value('changes_id_seq'), 0)::text, true)";

const std::string least_locked =
    "(SELECT min((l.classid::bigint & 65535) << 31 | l.objid::bigint) FROM pg_locks l WHERE "
    "l.locktype = 'advisory' AND l.objsubid = 2 AND l.classid::bigint >> 16 = 7663 AND l.database "
    "= (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()))";

const std::string settled_now = "SELECT set_config('volumeviz.settled', "
                                "least(current_setting('volumeviz.newest')::bigint, "
                                + least_locked + ")::text, true)";

std::int64_t number(const std::vector<text_row>& rows) {
  return std::stoll(rows.at(0).at(0));
}

std::vector<text_row> in_one_trip(session& on, change_horizon& horizon, const std::string& sql,
                                  const parameters& values, std::size_t columns) {
  std::vector<text_row> found;
  const auto queue_number = [&](const std::string& text, std::int64_t& into) {
    on.queue({.sql = text, .columns = 1, .answered = [&into](std::vector<text_row>&& rows) {
                into = number(rows);
              }});
  };
  queue_number(newest_drawn, horizon.newest);
  queue_number(settled_now, horizon.settled);
  if (!sql.empty())
    on.queue({.sql = sql,
              .values = values,
              .columns = columns,
              .answered = [&found](std::vector<text_row>&& rows) { found = std::move(rows); }});
  on.flush();
  return found;
}

} // namespace

change_horizon read_horizon(session& on) {
  change_horizon horizon;
  if (on.kind() == dialect::sqlite) {
    horizon.newest = number(on.query(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)", {}, 1));
    horizon.settled = horizon.newest;
  } else if (on.pooled()) {
    horizon.newest = number(
        on.query("SELECT coalesce(pg_sequence_last_value('changes_id_seq'), 0)::text", {}, 1));
    horizon.settled = number(on.query(
        "SELECT least(" + std::to_string(horizon.newest) + ", " + least_locked + ")::text", {}, 1));
  } else {
    in_one_trip(on, horizon, {}, {}, 0);
  }
  return horizon;
}

std::vector<text_row> read_settled(session& on, change_horizon& horizon,
                                   const settled_statement& statement, const parameters& values,
                                   std::size_t columns) {
  // A pool may give each statement another session, and prepared statements would stay in them.
  if (on.kind() == dialect::sqlite || on.pooled()) {
    horizon = read_horizon(on);
    return on.query(statement("t.id <= " + std::to_string(horizon.settled)), values, columns);
  }
  return in_one_trip(on, horizon, statement("t.id <= current_setting('volumeviz.settled')::bigint"),
                     values, columns);
}

} // namespace volumeviz::persistence
