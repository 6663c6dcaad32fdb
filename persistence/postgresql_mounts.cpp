#include "persistence/postgresql_mounts.hpp"

#include "persistence/postgresql_rows.hpp"
#include "persistence/row_statement.hpp"

#include <span>
#include <utility>

namespace volumeviz::persistence {

namespace {

// `ids`: the containers whose mounts become exactly `rows`. The rows to delete are looked up in the
// index, container by container, and deleted by their place (ctid).
constexpr const char* replace_mounts_sql = R"sql(
WITH s AS MATERIALIZED (
  SELECT x.host, x.container_id, x.volume_id, x.mount_path, x.access_mode, x.in_history AND coalesce((
           SELECT v.in_history FROM volumes v WHERE v.host = x.host AND v.volume_id = x.volume_id), true) AS in_history
  FROM jsonb_to_recordset(:rows::jsonb) AS x(host text, container_id text, volume_id text, mount_path text,
                                             access_mode text, in_history boolean)),
i AS MATERIALIZED (
  SELECT x.* FROM jsonb_to_recordset(:ids::jsonb) AS x(host text, container_id text)),
removed AS (
  DELETE FROM volume_mounts AS d WHERE d.ctid = ANY (ARRAY(
    SELECT m.ctid FROM i CROSS JOIN LATERAL (
      SELECT ctid, host, container_id, volume_id, mount_path FROM volume_mounts
      WHERE host = i.host AND container_id = i.container_id OFFSET 0) m
    WHERE (m.host, m.container_id, m.volume_id, m.mount_path)
          NOT IN (SELECT host, container_id, volume_id, mount_path FROM s)))
  RETURNING d.host, d.container_id, d.volume_id, d.mount_path),
written AS (
  INSERT INTO volume_mounts AS t (host, volume_id, container_id, mount_path, access_mode, created_at, updated_at,
                                 in_history)
  SELECT s.host, s.volume_id, s.container_id, s.mount_path, s.access_mode, now(), now(), s.in_history
  FROM s LEFT JOIN LATERAL (
    SELECT * FROM volume_mounts WHERE host = s.host AND volume_id = s.volume_id
      AND container_id = s.container_id AND mount_path = s.mount_path OFFSET 0) m ON true
  WHERE m.container_id IS NULL OR m.access_mode <> s.access_mode OR m.in_history <> s.in_history
  ON CONFLICT (host, volume_id, container_id, mount_path)
    DO UPDATE SET access_mode = excluded.access_mode, updated_at = excluded.updated_at,
                  in_history = excluded.in_history
  RETURNING t.host, t.container_id, t.volume_id, t.mount_path, t.xmax = 0 AS inserted)
SELECT host, container_id, volume_id || ' at ' || mount_path, 'remove' FROM removed
UNION ALL
SELECT host, container_id, volume_id || ' at ' || mount_path, CASE WHEN inserted THEN 'create' ELSE 'update' END
FROM written)sql";

/// Limits how many statements, each with a savepoint, search one container's mounts for those that
/// the database refuses: a container with thousands of such mounts must not hold up all hosts.
constexpr std::size_t most_tries = 100;

using json_texts = std::span<const std::string* const>;

/// The mounts of some containers become exactly `mounts`. Returns why the database refuses them, or
/// nothing.
std::string replace(row_statement& statement, json_texts containers, json_texts mounts) {
  return statement.run({{"ids", json_list(containers)}, {"rows", json_list(mounts)}},
                       mounts.size());
}

/// Sorts one container's mounts into those that the database takes and those that it refuses, by
/// halves. Writes the good ones on the way, and removes no mount.
class mount_sorter {
public:
  explicit mount_sorter(row_statement& statement) : statement_{statement} {}

  /// False when it gave up after `most_tries` statements.
  bool sort(json_texts some) {
    if (some.empty())
      return true;
    if (tries_ == most_tries)
      return false;
    ++tries_;
    auto reason = replace(statement_, {}, some);
    if (reason.empty()) {
      good_.insert(good_.end(), some.begin(), some.end());
      return true;
    }
    if (some.size() == 1) {
      refused_.push_back(std::move(reason));
      return true;
    }
    const auto half = some.size() / 2;
    return sort(some.first(half)) && sort(some.subspan(half));
  }

  json_texts good() const { return good_; }
  /// The reason for each mount that is refused.
  const std::vector<std::string>& refused() const { return refused_; }

private:
  row_statement& statement_;
  std::size_t tries_ = 0;
  std::vector<const std::string*> good_;
  std::vector<std::string> refused_;
};

/// Writes the mounts of one container that the database does not refuse, or none when it refuses so
/// many that finding them would take too long.
void replace_refused(row_statement& statement, const json_row& container, json_texts mounts) {
  auto& summary = *container.summary;
  const auto reject = [&](std::string reason) {
    summary.rejected.push_back({row_kind::mount, container.key, std::move(reason)});
  };
  const auto changes_before = summary.changes.size();
  mount_sorter sorter{statement};
  statement.on().script("SAVEPOINT container");
  const bool sorted = sorter.sort(mounts);
  statement.on().script(sorted ? "RELEASE container" : "ROLLBACK TO container; RELEASE container");
  if (!sorted) {
    summary.changes.resize(changes_before);
    reject("the database refuses so many of its mounts that finding the others takes too long; "
           "all stay as they were: "
           + (sorter.refused().empty() ? std::string{} : sorter.refused().front()));
    return;
  }
  for (const auto& reason : sorter.refused())
    reject(reason);
  // All good mounts at once: this removes the rest.
  const std::string* key = &container.json;
  if (auto reason = replace(statement, {&key, 1}, sorter.good()); !reason.empty())
    reject(std::move(reason));
}

void put(row_statement& statement, json_rows containers) {
  std::vector<const std::string*> keys, mounts;
  for (const auto& row : containers) {
    keys.push_back(&row.json);
    for (const auto& m : row.mounts)
      mounts.push_back(&m);
  }
  if (replace(statement, keys, mounts).empty())
    return;
  if (containers.size() == 1) {
    replace_refused(statement, containers.front(), mounts);
    return;
  }
  put(statement, containers.first(containers.size() / 2));
  put(statement, containers.subspan(containers.size() / 2));
}

} // namespace

void replace_mounts_in_postgresql(session& on, const history_rules& excluded, bool careful,
                                  const host_parts<container>& all) {
  row_statement statement{on, careful, row_kind::mount, replace_mounts_sql, all};
  const auto rows = mount_rows_of(all, excluded);
  for (const auto chunk : chunks_of(rows))
    put(statement, chunk);
}

} // namespace volumeviz::persistence
