#include "persistence/postgresql_mounts.hpp"
#include "persistence/postgresql_rows.hpp"
#include "persistence/row_statement.hpp"
#include "persistence/row_writer.hpp"

namespace volumeviz::persistence {

namespace {

// Rows travel as one JSON parameter of one statement, those of all hosts together: a statement
// costs far more than a row. Only rows that are new or different reach the INSERT: an equal row is
// read and not written, so a repeat costs neither WAL nor an fsync. The conflict clause is for a
// row that another client inserted in between. xmax = 0: the row was inserted, not updated.
//
// LATERAL with OFFSET 0 looks up each key in the index. A plain join would read the host's whole
// table for a single row, since the server estimates a hundred rows for any recordset.

constexpr const char* upsert_volumes_sql = R"sql(
WITH s AS MATERIALIZED (
  SELECT x.* FROM jsonb_to_recordset(:rows::jsonb) AS x(host text, volume_id text, driver text, mountpoint text,
         labels jsonb, options jsonb, scope text, created_at timestamptz, renewed boolean, in_history boolean))
INSERT INTO volumes AS t (host, volume_id, name, driver, mountpoint, labels, options, scope, created_at, updated_at,
                          in_history)
SELECT s.host, s.volume_id, s.volume_id, s.driver, s.mountpoint, s.labels, s.options, s.scope,
       CASE WHEN v.volume_id IS NULL OR s.renewed THEN s.created_at ELSE v.created_at END, now(), s.in_history
FROM s LEFT JOIN LATERAL (
  SELECT * FROM volumes WHERE host = s.host AND volume_id = s.volume_id OFFSET 0) v ON true
WHERE v.volume_id IS NULL
   OR (v.driver, v.mountpoint, v.labels, v.options, v.scope)
      IS DISTINCT FROM (s.driver, s.mountpoint, s.labels, s.options, s.scope)
   OR (s.renewed AND v.created_at IS DISTINCT FROM s.created_at)
   OR v.status <> 'active' OR v.in_history <> s.in_history
ON CONFLICT (host, volume_id) DO UPDATE SET status = 'active', driver = excluded.driver, mountpoint = excluded.mountpoint,
  labels = excluded.labels, options = excluded.options, scope = excluded.scope, created_at = excluded.created_at,
  updated_at = excluded.updated_at, in_history = excluded.in_history
RETURNING t.host, t.volume_id, '', CASE WHEN t.xmax = 0 THEN 'create' ELSE 'update' END)sql";

// A list has no times. The times of an inspect stay while state and status stay. When these differ
// the old times are wrong, and the next inspect reports the new ones.
constexpr const char* upsert_containers_sql = R"sql(
WITH s AS MATERIALIZED (
  SELECT x.* FROM jsonb_to_recordset(:rows::jsonb) AS x(host text, container_id text, name text, image text,
         state text, status text, labels jsonb, is_active boolean, created_at timestamptz, started_at timestamptz,
         finished_at timestamptz, detailed boolean, times_unknown boolean, in_history boolean))
INSERT INTO containers AS t (host, container_id, name, image, state, status, labels, is_active, created_at, started_at,
                             finished_at, updated_at, in_history)
SELECT s.host, s.container_id, s.name, s.image, s.state, s.status, s.labels, s.is_active,
       CASE WHEN s.detailed OR c.container_id IS NULL THEN s.created_at ELSE c.created_at END,
       CASE WHEN s.detailed THEN s.started_at
            WHEN NOT s.times_unknown AND (c.state, c.status) = (s.state, s.status) THEN c.started_at END,
       CASE WHEN s.detailed THEN s.finished_at
            WHEN NOT s.times_unknown AND (c.state, c.status) = (s.state, s.status) THEN c.finished_at END,
       now(), s.in_history
FROM s LEFT JOIN LATERAL (
  SELECT * FROM containers WHERE host = s.host AND container_id = s.container_id OFFSET 0) c ON true
WHERE c.container_id IS NULL OR c.in_history <> s.in_history
   OR (c.name, c.image, c.state, c.status, c.labels, c.is_active)
      IS DISTINCT FROM (s.name, s.image, s.state, s.status, s.labels, s.is_active)
   OR (s.times_unknown AND coalesce(c.started_at, c.finished_at) IS NOT NULL)
   OR (s.detailed AND (c.created_at, c.started_at, c.finished_at)
                      IS DISTINCT FROM (s.created_at, s.started_at, s.finished_at))
ON CONFLICT (host, container_id) DO UPDATE SET name = excluded.name, image = excluded.image, state = excluded.state,
  status = excluded.status, labels = excluded.labels, is_active = excluded.is_active, created_at = excluded.created_at,
  started_at = excluded.started_at, finished_at = excluded.finished_at, updated_at = excluded.updated_at,
  in_history = excluded.in_history
RETURNING t.host, t.container_id, '', CASE WHEN t.xmax = 0 THEN 'create' ELSE 'update' END)sql";

class postgresql_writer final : public row_writer {
public:
  postgresql_writer(session& on, history_context& history, bool careful)
      : on_{on}, history_{history}, careful_{careful} {}

  void upsert_volumes(const host_parts<volume>& all) override {
    row_statement upsert{on_, careful_, row_kind::volume, upsert_volumes_sql, all};
    const auto rows = rows_of(all, history_.excluded());
    history_.rows_may_change();
    for (const auto chunk : chunks_of(rows))
      put(upsert, chunk);
  }

  void upsert_containers(const host_parts<container>& all) override {
    row_statement upsert{on_, careful_, row_kind::container, upsert_containers_sql, all};
    const auto rows = rows_of(all, history_.excluded());
    history_.rows_may_change();
    for (const auto chunk : chunks_of(rows))
      put(upsert, chunk);
  }

  void replace_mounts(const host_parts<container>& all) override {
    history_.rows_may_change();
    replace_mounts_in_postgresql(on_, history_.excluded(), careful_, all);
  }

private:
  /// Writes all rows that the database does not refuse; finds those by halves.
  static void put(row_statement& statement, json_rows rows) {
    std::vector<const std::string*> parts;
    for (const auto& row : rows)
      parts.push_back(&row.json);
    auto refused = statement.run({{"rows", json_list(parts)}}, rows.size());
    if (refused.empty())
      return;
    if (rows.size() == 1) {
      rows.front().summary->rejected.push_back(
          {statement.kind(), rows.front().key, std::move(refused)});
      return;
    }
    put(statement, rows.first(rows.size() / 2));
    put(statement, rows.subspan(rows.size() / 2));
  }

  session& on_;
  history_context& history_;
  bool careful_;
};

} // namespace

std::unique_ptr<row_writer> make_postgresql_writer(session& on, history_context& history,
                                                   bool careful) {
  return std::make_unique<postgresql_writer>(on, history, careful);
}

} // namespace volumeviz::persistence
