#include "persistence/history_gap.hpp"

#include "persistence/text.hpp"

namespace volumeviz::persistence {

namespace {

// The triggers set volumeviz.horizon when the first row has changed.
constexpr const char* end_in_postgresql = R"sql(
UPDATE history_hosts h SET trimmed_id = nextval('changes_id_seq')
WHERE h.host IN (SELECT jsonb_array_elements_text(:hosts::jsonb))
  AND coalesce(current_setting('volumeviz.horizon', true), '') <> ''
  AND (h.trimmed_id = 0 OR EXISTS (SELECT FROM changes c WHERE c.host = h.host AND c.id > h.trimmed_id)))sql";

// history_context has the hosts of which a row was about to change.
constexpr const char* to_end_in_sqlite = R"sql(
SELECT h.host FROM history_context x JOIN history_hosts h ON h.host = x.host
WHERE x.kind = 'h' AND x.source = 'off'
  AND (h.trimmed_id = 0 OR EXISTS (SELECT 1 FROM changes c WHERE c.host = h.host AND c.id > h.trimmed_id)))sql";

constexpr const char* draw_id_in_sqlite[] = {
    "INSERT INTO sqlite_sequence (name, seq) SELECT 'changes', 0 WHERE NOT EXISTS (SELECT 1 FROM "
    "sqlite_sequence WHERE name = 'changes')",
    "UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'changes'"};

constexpr const char* end_in_sqlite =
    "UPDATE history_hosts SET trimmed_id = (SELECT seq FROM sqlite_sequence WHERE name = "
    "'changes') WHERE host = :host";

} // namespace

void end_unrecorded_histories(session& on, const std::set<std::string>& hosts) {
  if (on.kind() == dialect::postgresql) {
    on.queue({.sql = end_in_postgresql,
              .values = {{"hosts", json_array({hosts.begin(), hosts.end()})}},
              .columns = 0});
    return;
  }
  for (const auto& row : on.query(to_end_in_sqlite, {}, 1)) {
    for (const auto* draw : draw_id_in_sqlite)
      on.execute(draw);
    on.execute(end_in_sqlite, {{"host", row[0]}});
  }
}

} // namespace volumeviz::persistence
