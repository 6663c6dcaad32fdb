#include "persistence/history_trimmer.hpp"

#include "persistence/text.hpp"

#include <algorithm>

namespace volumeviz::persistence {

namespace {

constexpr std::uint64_t changes_at_once = 500;
/// Reading these takes as long as deleting the above.
constexpr std::uint64_t counted_at_once = 20'000;

// The oldest changes up to the first one that is young enough, or as many as there are too many,
// and those of a history that has ended (persistence/history_gap.hpp). What is deleted can't be
// asked for any more, so the history begins later. One statement, so one transaction and one round
// trip.
constexpr const char* trim_postgresql = R"sql(
WITH first AS MATERIALIZED (
  SELECT id, at, recorded_at, row_number() OVER (ORDER BY id) AS place FROM (
    SELECT id, at, recorded_at FROM changes WHERE host = :host::text ORDER BY id LIMIT 500) x),
gone AS (
  DELETE FROM changes WHERE id = ANY (ARRAY(
    SELECT f.id FROM first f
    WHERE f.place <= :too_many::bigint
       OR f.id < (SELECT h.trimmed_id FROM history_hosts h WHERE h.host = :host::text)
       OR f.id < coalesce((SELECT min(id) FROM first WHERE recorded_at >= now() - make_interval(secs => :seconds::bigint)),
                          9223372036854775807)))
  RETURNING id, at)
INSERT INTO history_hosts AS h (host, begins_at, trimmed_id)
SELECT :host::text, max(at), max(id) FROM gone HAVING count(*) > 0
ON CONFLICT (host) DO UPDATE SET begins_at = greatest(h.begins_at, excluded.begins_at),
  trimmed_id = greatest(h.trimmed_id, excluded.trimmed_id)
RETURNING (SELECT count(*) FROM gone)::text)sql";

constexpr const char* last_to_trim_sqlite = R"sql(
WITH first AS (
  SELECT id, at, recorded_at, row_number() OVER (ORDER BY id) AS place FROM (
    SELECT id, at, recorded_at FROM changes WHERE host = :host ORDER BY id LIMIT 500))
SELECT CAST(max(id) AS TEXT), max(at), CAST(count(*) AS TEXT) FROM first
WHERE place <= CAST(:too_many AS INTEGER)
   OR id < (SELECT trimmed_id FROM history_hosts WHERE host = :host)
   OR id < coalesce((SELECT min(id) FROM first WHERE recorded_at >= strftime('%Y-%m-%dT%H:%M:%f', 'now', '-' || :seconds || ' seconds')),
                    9223372036854775807))sql";

constexpr const char* begin_later_sqlite = R"sql(
INSERT INTO history_hosts (host, begins_at, trimmed_id) SELECT :host, :at, CAST(:id AS INTEGER) WHERE true
ON CONFLICT (host) DO UPDATE SET begins_at = max(coalesce(begins_at, ''), excluded.begins_at),
  trimmed_id = max(trimmed_id, excluded.trimmed_id))sql";

} // namespace

trimmed_history history_trimmer::trim(session& on, const std::string& host,
                                      const history_options& how) {
  auto& known = counts_[host];
  bool uncounted = false;
  std::uint64_t too_many = 0;
  if (!how.recording()) {
    too_many = changes_at_once;
  } else if (how.most_changes > 0) {
    uncounted = count_some(on, host, known);
    too_many = known.changes > how.most_changes ? known.changes - how.most_changes : 0;
  }
  const auto removed = remove_some(on, host, std::min(too_many, changes_at_once), how.retention);
  known.changes -= std::min(known.changes, removed);
  return {removed, uncounted || removed == changes_at_once};
}

bool history_trimmer::count_some(session& on, const std::string& host, count& known) {
  const bool sqlite = on.kind() == dialect::sqlite;
  const auto text = [&](const std::string& value) {
    return sqlite ? "CAST(" + value + " AS TEXT)" : '(' + value + ")::text";
  };
  const auto row = on.query("SELECT " + text("count(*)") + ", " + text("max(id)")
                                + " FROM (SELECT id FROM changes "
                                + (sqlite ? "WHERE host = :host AND id > CAST(:from AS INTEGER)"
                                          : "WHERE host = :host::text AND id > :from::bigint")
                                + " ORDER BY id LIMIT " + std::to_string(counted_at_once) + ") x",
                            {{"host", host}, {"from", std::to_string(known.up_to)}}, 2)
                       .at(0);
  const auto counted = number_in<std::uint64_t>(row[0]);
  known.changes += counted;
  known.up_to = std::max(known.up_to, number_in<std::int64_t>(row[1]));
  return counted == counted_at_once;
}

std::uint64_t history_trimmer::remove_some(session& on, const std::string& host,
                                           std::uint64_t too_many, std::chrono::seconds retention) {
  const parameters values{{"host", host},
                          {"too_many", std::to_string(too_many)},
                          {"seconds", std::to_string(retention.count())}};
  if (on.kind() == dialect::postgresql) {
    const auto rows = on.query(trim_postgresql, values, 1);
    return rows.empty() ? 0 : number_in<std::uint64_t>(rows[0][0]);
  }
  const auto last = on.query(last_to_trim_sqlite, values, 3).at(0);
  if (last[0].empty())
    return 0;
  on.begin();
  try {
    on.execute("DELETE FROM changes WHERE host = :host AND id <= CAST(:id AS INTEGER)",
               {{"host", host}, {"id", last[0]}});
    on.execute(begin_later_sqlite, {{"host", host}, {"at", last[1]}, {"id", last[0]}});
    on.commit();
  } catch (...) {
    on.rollback();
    throw;
  }
  return number_in<std::uint64_t>(last[2]);
}

} // namespace volumeviz::persistence
