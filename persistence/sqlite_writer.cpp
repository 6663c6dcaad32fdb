#include "persistence/row_writer.hpp"
#include "persistence/sqlite_mounts.hpp"
#include "persistence/text.hpp"
#include "runtime/invariant.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace volumeviz::persistence {

namespace {

using type = parameter::type;

/// The columns of a host's rows that are compared, by key.
using recorded_rows = std::unordered_map<std::string, text_row>;

/// All rows are first compared: most rows of a list are equal, and the history must be told before
/// a row changes. Reads only the rows with these keys: a slice of a list must not read all rows of
/// its host.
template <class Resource>
recorded_rows read_rows(session& on, const std::string& host, const std::string& select,
                        std::size_t columns, const std::vector<Resource>& of,
                        std::string Resource::*key) {
  std::vector<std::string> keys;
  for (const auto& x : of)
    keys.push_back(x.*key);
  recorded_rows rows;
  for (auto& row : on.query(select, {{"host", host}, {"keys", json_array(keys)}}, columns)) {
    auto name = std::move(row.front());
    row.erase(row.begin());
    rows.emplace(std::move(name), std::move(row));
  }
  return rows;
}

/// Null, or the columns of a row that is recorded with the first `columns` of these values. The
/// values begin with host and key and end with in_history; the columns follow in the order of the
/// query.
const text_row* equal_row(const recorded_rows& rows, const std::vector<std::string>& values,
                          std::ptrdiff_t columns) {
  const auto row = rows.find(values[1]);
  return row != rows.end() && row->second.back() == values.back()
                 && std::equal(row->second.begin(), row->second.begin() + columns,
                               values.begin() + 2)
             ? &row->second
             : nullptr;
}

/// Whether a container's row, as select_containers reads it, has started_at or finished_at.
bool has_times(const text_row& row) {
  return !row[7].empty() || !row[8].empty();
}

/// Inserts a row that is missing, updates a row that differs: two prepared statements, since
/// SQLite's upsert does not say which of the two it did. Neither writes anything for an equal row.
class upsert {
public:
  upsert(session& on, history_context& history, const char* insert, const char* update,
         const parameters& shape)
      : on_{on}, history_{history}, insert_{insert}, update_{update}, shape_{shape} {}

  /// The values begin with the host.
  void operator()(row_kind kind, const std::string& key, const std::vector<std::string>& values,
                  write_summary& summary) {
    history_.row_changes(values.front());
    try {
      const auto inserted = on_.kept(insert_, shape_).execute(values);
      const auto updated = inserted > 0 ? 0 : on_.kept(update_, shape_).execute(values);
      invariant(inserted + updated <= 1, "an upsert touches one row at most");
      if (inserted + updated > 0)
        summary.changes.push_back(
            {kind, inserted > 0 ? operation::create : operation::update, key, {}});
    } catch (const sql_error& e) {
      if (e.kind() != trouble::data)
        throw;
      summary.rejected.push_back({kind, key, e.what()});
    }
  }

private:
  session& on_;
  history_context& history_;
  const char *insert_, *update_;
  const parameters& shape_;
};

constexpr const char* select_volumes =
    "SELECT volume_id, driver, mountpoint, labels, options, scope, created_at, CAST(in_history AS "
    "TEXT) FROM volumes "
    "WHERE host = :host AND status = 'active' AND volume_id IN (SELECT value FROM "
    "json_each(:keys))";
constexpr const char* select_containers =
    "SELECT container_id, name, image, state, status, "
    "labels, CAST(is_active AS TEXT), created_at, started_at, "
    "finished_at, CAST(in_history AS TEXT) FROM containers WHERE host = :host AND container_id IN "
    "(SELECT value FROM "
    "json_each(:keys))";

const parameters volume_shape{
    {"host", {}},    {"id", {}},      {"driver", {}}, {"mountpoint", {}},
    {"labels", {}},  {"options", {}}, {"scope", {}},  {"created", {}, type::time},
    {"renewed", {}}, {"now", {}},     {"history", {}}};

// SOCI demands that every parameter occurs in every statement.
constexpr const char* insert_volume = R"sql(
INSERT INTO volumes (host, volume_id, name, driver, mountpoint, labels, options, scope, created_at, updated_at,
                     in_history)
SELECT :host, :id, :id, :driver, :mountpoint, :labels, :options, :scope, :created, :now, CAST(:history AS INTEGER) WHERE :renewed IN ('0', '1')
ON CONFLICT (host, volume_id) DO NOTHING)sql";

// created_at counts only for a volume that was recreated: a chmod of a local volume's folder moves
// it, too.
constexpr const char* update_volume = R"sql(
UPDATE volumes SET status = 'active', driver = :driver, mountpoint = :mountpoint, labels = :labels, options = :options, scope = :scope,
  created_at = CASE WHEN :renewed = '1' THEN :created ELSE created_at END, updated_at = :now,
  in_history = CAST(:history AS INTEGER)
WHERE host = :host AND volume_id = :id
  AND ((driver, mountpoint, labels, options, scope) IS NOT (:driver, :mountpoint, :labels, :options, :scope)
       OR status <> 'active' OR in_history <> CAST(:history AS INTEGER)
       OR (:renewed = '1' AND created_at IS NOT :created)))sql";

const parameters container_shape{{"host", {}},
                                 {"id", {}},
                                 {"name", {}},
                                 {"image", {}},
                                 {"state", {}},
                                 {"status", {}},
                                 {"labels", {}},
                                 {"active", {}},
                                 {"created", {}, type::time},
                                 {"started", {}, type::time},
                                 {"finished", {}, type::time},
                                 {"detailed", {}},
                                 {"now", {}},
                                 {"history", {}}};

constexpr const char* insert_container = R"sql(
INSERT INTO containers (host, container_id, name, image, state, status, labels, is_active, created_at, started_at,
                        finished_at, updated_at, in_history)
SELECT :host, :id, :name, :image, :state, :status, :labels, CAST(:active AS INTEGER), :created, :started, :finished,
       :now, CAST(:history AS INTEGER) WHERE :detailed IN ('0', '1', '2')
ON CONFLICT (host, container_id) DO NOTHING)sql";

// A list has no times. The times of an inspect stay while state and status stay. When these differ
// the old times are wrong, and the next inspect reports the new ones. `detailed`: 1 from an
// inspect, 0 from a list, 2 from a list while inspects of the container fail, so that its times are
// unknown.
constexpr const char* update_container = R"sql(
UPDATE containers SET name = :name, image = :image, state = :state, status = :status, labels = :labels,
  is_active = CAST(:active AS INTEGER),
  created_at = CASE WHEN :detailed = '1' THEN :created ELSE created_at END,
  started_at = CASE WHEN :detailed = '1' THEN :started
                    WHEN :detailed = '0' AND (state, status) = (:state, :status) THEN started_at END,
  finished_at = CASE WHEN :detailed = '1' THEN :finished
                     WHEN :detailed = '0' AND (state, status) = (:state, :status) THEN finished_at END,
  updated_at = :now, in_history = CAST(:history AS INTEGER)
WHERE host = :host AND container_id = :id
  AND ((name, image, state, status, labels, is_active)
         IS NOT (:name, :image, :state, :status, :labels, CAST(:active AS INTEGER))
       OR in_history <> CAST(:history AS INTEGER)
       OR (:detailed = '2' AND coalesce(started_at, finished_at) IS NOT NULL)
       OR (:detailed = '1' AND (created_at, started_at, finished_at) IS NOT (:created, :started, :finished))))sql";

class sqlite_writer final : public row_writer {
public:
  sqlite_writer(session& on, history_context& history, std::string now)
      : on_{on}, history_{history}, now_{std::move(now)} {}

  void upsert_volumes(const host_parts<volume>& all) override {
    if (all.empty())
      return;
    upsert put{on_, history_, insert_volume, update_volume, volume_shape};
    for (const auto& part : all)
      put_volumes(part.host, part.present, put, part.summary);
  }

  void upsert_containers(const host_parts<container>& all) override {
    if (all.empty())
      return;
    upsert put{on_, history_, insert_container, update_container, container_shape};
    for (const auto& part : all)
      put_containers(part.host, part.present, put, part.summary);
  }

  void replace_mounts(const host_parts<container>& all) override {
    if (all.empty())
      return;
    sqlite_mounts mounts{on_, history_, now_};
    for (const auto& [host, present, summary] : all)
      mounts.replace(host, present, summary);
  }

private:
  void put_volumes(const std::string& host, const std::vector<volume>& present, upsert& put,
                   write_summary& summary) {
    const auto recorded = read_rows(on_, host, select_volumes, 8, present, &volume::name);
    for (const auto& v : present) {
      const std::vector<std::string> values{host,
                                            v.name,
                                            v.driver,
                                            v.mountpoint,
                                            json_object(v.labels),
                                            json_object(v.options),
                                            v.scope,
                                            text::iso_time(v.created_at),
                                            v.recreated ? "1" : "0",
                                            now_,
                                            history_.excluded().exclude(v) ? "0" : "1"};
      if (equal_row(recorded, values, v.recreated ? 6 : 5) == nullptr)
        put(row_kind::volume, v.name, values, summary);
    }
  }

  void put_containers(const std::string& host, const std::vector<container>& present, upsert& put,
                      write_summary& summary) {
    const auto recorded = read_rows(on_, host, select_containers, 11, present, &container::id);
    for (const auto& c : present) {
      const std::vector<std::string> values{host,
                                            c.id,
                                            c.name,
                                            c.image,
                                            c.state,
                                            c.status,
                                            json_object(c.labels),
                                            is_running(c) ? "1" : "0",
                                            text::iso_time(c.created_at),
                                            c.from_inspect ? text::iso_time(c.started_at) : "",
                                            c.from_inspect ? text::iso_time(c.finished_at) : "",
                                            c.from_inspect    ? "1"
                                            : c.times_unknown ? "2"
                                                              : "0",
                                            now_,
                                            history_.excluded().exclude(c) ? "0" : "1"};
      const auto* equal = equal_row(recorded, values, c.from_inspect ? 9 : 6);
      if (equal == nullptr || (c.times_unknown && !c.from_inspect && has_times(*equal)))
        put(row_kind::container, c.id, values, summary);
    }
  }

  session& on_;
  history_context& history_;
  std::string now_;
};

} // namespace

std::unique_ptr<row_writer> make_sqlite_writer(session& on, history_context& history,
                                               std::string now) {
  return std::make_unique<sqlite_writer>(on, history, std::move(now));
}

} // namespace volumeviz::persistence
