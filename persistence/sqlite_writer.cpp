#include "persistence/row_writer.hpp"
#include "persistence/text.hpp"
#include "text/iso_time.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace volumeviz::persistence {

namespace {

using type = parameter::type;

/// As many rows are compared by one query before any is written: most of a list is equal.
constexpr std::size_t worth_comparing = 32;

/// The compared columns of a host's rows, by key.
using recorded_rows = std::unordered_map<std::string, text_row>;

/// Of the rows with these keys only: a slice of a list must not read all that its host has.
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

/// Whether the row is recorded with these values, the first `columns` of them; they begin with host
/// and key, and the columns follow in the order of the query.
bool is_recorded(const recorded_rows& rows, const std::vector<std::string>& values,
                 std::ptrdiff_t columns) {
  const auto row = rows.find(values[1]);
  return row != rows.end()
         && std::equal(row->second.begin(), row->second.begin() + columns, values.begin() + 2);
}

/// Insert when missing, update when different: two prepared statements, since SQLite's upsert does
/// not tell which of the two it did. Neither writes anything for an equal row.
class upsert {
public:
  upsert(session& on, const std::string& insert, const std::string& update, const parameters& shape)
      : insert_{on, insert, shape}, update_{on, update, shape} {}

  void operator()(row_kind kind, const std::string& key, const std::vector<std::string>& values,
                  write_summary& summary) {
    try {
      if (insert_.execute(values) > 0)
        summary.changes.push_back({kind, operation::create, key, {}});
      else if (update_.execute(values) > 0)
        summary.changes.push_back({kind, operation::update, key, {}});
    } catch (const sql_error& e) {
      if (e.kind() != trouble::data)
        throw;
      summary.rejected.push_back({kind, key, e.what()});
    }
  }

private:
  session::prepared insert_, update_;
};

constexpr const char* select_volumes =
    "SELECT volume_id, driver, mountpoint, labels, options, scope, created_at FROM volumes "
    "WHERE host = :host AND status = 'active' AND volume_id IN (SELECT value FROM "
    "json_each(:keys))";
constexpr const char* select_containers =
    "SELECT container_id, name, image, state, status, "
    "labels, CAST(is_active AS TEXT), created_at, started_at, "
    "finished_at FROM containers WHERE host = :host AND container_id IN (SELECT value FROM "
    "json_each(:keys))";

const parameters volume_shape{
    {"host", {}},    {"id", {}},      {"driver", {}}, {"mountpoint", {}},
    {"labels", {}},  {"options", {}}, {"scope", {}},  {"created", {}, type::time},
    {"renewed", {}}, {"now", {}}};

// Every parameter occurs in every statement, as SOCI demands.
constexpr const char* insert_volume = R"sql(
INSERT INTO volumes (host, volume_id, name, driver, mountpoint, labels, options, scope, created_at, updated_at)
SELECT :host, :id, :id, :driver, :mountpoint, :labels, :options, :scope, :created, :now WHERE :renewed IN ('0', '1')
ON CONFLICT (host, volume_id) DO NOTHING)sql";

// created_at counts only for a volume that was made anew: a chmod of a local volume's folder moves
// it, too.
constexpr const char* update_volume = R"sql(
UPDATE volumes SET status = 'active', driver = :driver, mountpoint = :mountpoint, labels = :labels, options = :options, scope = :scope,
  created_at = CASE WHEN :renewed = '1' THEN :created ELSE created_at END, updated_at = :now
WHERE host = :host AND volume_id = :id
  AND ((driver, mountpoint, labels, options, scope) IS NOT (:driver, :mountpoint, :labels, :options, :scope)
       OR status <> 'active'
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
                                 {"now", {}}};

constexpr const char* insert_container = R"sql(
INSERT INTO containers (host, container_id, name, image, state, status, labels, is_active, created_at, started_at,
                        finished_at, updated_at)
SELECT :host, :id, :name, :image, :state, :status, :labels, CAST(:active AS INTEGER), :created, :started, :finished,
       :now WHERE :detailed IN ('0', '1', '2')
ON CONFLICT (host, container_id) DO NOTHING)sql";

// A list tells no times: what an inspect has told stays while the container has not moved on; when
// it has, the old times are wrong and the next inspect tells the new ones. `detailed`: 1 from an
// inspect, 0 from a list, 2 from a list where no inspect works, so that no time is known.
constexpr const char* update_container = R"sql(
UPDATE containers SET name = :name, image = :image, state = :state, status = :status, labels = :labels,
  is_active = CAST(:active AS INTEGER),
  created_at = CASE WHEN :detailed = '1' THEN :created ELSE created_at END,
  started_at = CASE WHEN :detailed = '1' THEN :started
                    WHEN :detailed = '0' AND (state, status) = (:state, :status) THEN started_at END,
  finished_at = CASE WHEN :detailed = '1' THEN :finished
                     WHEN :detailed = '0' AND (state, status) = (:state, :status) THEN finished_at END,
  updated_at = :now
WHERE host = :host AND container_id = :id
  AND ((name, image, state, status, labels, is_active)
         IS NOT (:name, :image, :state, :status, :labels, CAST(:active AS INTEGER))
       OR (:detailed = '2' AND coalesce(started_at, finished_at) IS NOT NULL)
       OR (:detailed = '1' AND (created_at, started_at, finished_at) IS NOT (:created, :started, :finished))))sql";

const parameters mount_shape{{"host", {}}, {"volume", {}}, {"id", {}},
                             {"path", {}}, {"mode", {}},   {"now", {}}};
const parameters mount_key{{"host", {}}, {"volume", {}}, {"id", {}}, {"path", {}}};

constexpr const char* insert_mount = R"sql(
INSERT INTO volume_mounts (host, volume_id, container_id, mount_path, access_mode, created_at, updated_at)
VALUES (:host, :volume, :id, :path, :mode, :now, :now))sql";

constexpr const char* update_mount = R"sql(
UPDATE volume_mounts SET access_mode = :mode, updated_at = :now
WHERE host = :host AND volume_id = :volume AND container_id = :id AND mount_path = :path)sql";

constexpr const char* delete_mount = R"sql(
DELETE FROM volume_mounts WHERE host = :host AND volume_id = :volume AND container_id = :id AND mount_path = :path)sql";

using place = std::pair<std::string, std::string>; ///< volume and path
using places = std::map<place, std::string>;       ///< and its access mode

class sqlite_writer final : public row_writer {
public:
  sqlite_writer(session& on, std::string now) : on_{on}, now_{std::move(now)} {}

  void upsert_volumes(const host_parts<volume>& all) override {
    if (all.empty())
      return;
    upsert put{on_, insert_volume, update_volume, volume_shape};
    for (const auto& part : all)
      put_volumes(part.host, part.present, put, part.summary);
  }

  void upsert_containers(const host_parts<container>& all) override {
    if (all.empty())
      return;
    upsert put{on_, insert_container, update_container, container_shape};
    for (const auto& part : all)
      put_containers(part.host, part.present, put, part.summary);
  }

  void replace_mounts(const host_parts<container>& all) override {
    if (all.empty())
      return;
    mount_statements put{on_};
    for (const auto& [host, present, summary] : all) {
      auto recorded = recorded_mounts(host, present);
      for (const auto& c : present)
        replace_mounts_of(c, host, recorded[c.id], put, summary);
    }
  }

private:
  void put_volumes(const std::string& host, const std::vector<volume>& present, upsert& put,
                   write_summary& summary) {
    recorded_rows recorded;
    if (present.size() >= worth_comparing)
      recorded = read_rows(on_, host, select_volumes, 7, present, &volume::name);
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
                                            now_};
      if (!is_recorded(recorded, values, v.recreated ? 6 : 5))
        put(row_kind::volume, v.name, values, summary);
    }
  }

  void put_containers(const std::string& host, const std::vector<container>& present, upsert& put,
                      write_summary& summary) {
    recorded_rows recorded;
    if (present.size() >= worth_comparing)
      recorded = read_rows(on_, host, select_containers, 10, present, &container::id);
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
                                            now_};
      if (c.times_unknown || !is_recorded(recorded, values, c.from_inspect ? 9 : 6))
        put(row_kind::container, c.id, values, summary);
    }
  }

  struct mount_statements {
    explicit mount_statements(session& on)
        : insert{on, insert_mount, mount_shape}, update{on, update_mount, mount_shape},
          remove{on, delete_mount, mount_key} {}
    session::prepared insert, update, remove;
  };

  std::map<std::string, places> recorded_mounts(const std::string& host,
                                                const std::vector<container>& of) {
    boost::json::array ids;
    for (const auto& c : of)
      ids.emplace_back(c.id);
    const auto rows =
        on_.query("SELECT container_id, volume_id, mount_path, access_mode FROM volume_mounts "
                  "WHERE host = :host AND container_id IN (SELECT value FROM json_each(:ids))",
                  {{"host", host}, {"ids", boost::json::serialize(ids)}}, 4);
    std::map<std::string, places> recorded;
    for (const auto& row : rows)
      recorded[row[0]][{row[1], row[2]}] = row[3];
    return recorded;
  }

  void replace_mounts_of(const container& c, const std::string& host, places& recorded,
                         mount_statements& put, write_summary& summary) {
    const auto run = [&](session::prepared& statement, operation op, const place& where,
                         const std::vector<std::string>& columns) {
      std::vector<std::string> values{host, where.first, c.id, where.second};
      values.insert(values.end(), columns.begin(), columns.end());
      try {
        statement.execute(values);
        summary.changes.push_back(
            {row_kind::mount, op, c.id, mount_detail(where.first, where.second)});
      } catch (const sql_error& e) {
        if (e.kind() != trouble::data)
          throw;
        summary.rejected.push_back({row_kind::mount, c.id, e.what()});
      }
    };
    for (const auto& m : c.mounts) {
      const place where{m.volume, m.path};
      const std::string mode = m.writable ? "rw" : "ro";
      const auto known = recorded.find(where);
      if (known == recorded.end())
        run(put.insert, operation::create, where, {mode, now_});
      else if (known->second != mode)
        run(put.update, operation::update, where, {mode, now_});
      if (known != recorded.end())
        recorded.erase(known);
    }
    for (const auto& [where, mode] : recorded)
      run(put.remove, operation::remove, where, {});
  }

  session& on_;
  std::string now_;
};

} // namespace

std::unique_ptr<row_writer> make_sqlite_writer(session& on, std::string now) {
  return std::make_unique<sqlite_writer>(on, std::move(now));
}

std::string mount_detail(const std::string& volume, const std::string& path) {
  return volume + " at " + path;
}

} // namespace volumeviz::persistence
