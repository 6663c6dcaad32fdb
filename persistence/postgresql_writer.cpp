#include "persistence/row_writer.hpp"
#include "persistence/text.hpp"
#include "text/iso_time.hpp"

#include <boost/json.hpp>

#include <map>
#include <span>
#include <utility>

namespace volumeviz::persistence {

namespace {

// LATERAL with OFFSET 0 looks each key up in the index; a plain join reads the host's whole table
// for a single row, since the server takes any recordset for a hundred rows.
//
// Rows travel as one JSON parameter of one statement, those of all hosts together: a statement
// costs far more than a row. Only those that are new or different reach the INSERT: what is equal
// is read and not written, so that a repeat costs neither WAL nor an fsync. The conflict clause is
// for a row that somebody else inserted in between. xmax = 0: inserted and not updated.

constexpr const char* upsert_volumes_sql = R"sql(
WITH s AS MATERIALIZED (
  SELECT x.* FROM jsonb_to_recordset(:rows::jsonb) AS x(host text, volume_id text, driver text, mountpoint text,
         labels jsonb, options jsonb, scope text, created_at timestamptz, renewed boolean))
INSERT INTO volumes AS t (host, volume_id, name, driver, mountpoint, labels, options, scope, created_at, updated_at)
SELECT s.host, s.volume_id, s.volume_id, s.driver, s.mountpoint, s.labels, s.options, s.scope,
       CASE WHEN v.volume_id IS NULL OR s.renewed THEN s.created_at ELSE v.created_at END, now()
FROM s LEFT JOIN LATERAL (
  SELECT * FROM volumes WHERE host = s.host AND volume_id = s.volume_id OFFSET 0) v ON true
WHERE v.volume_id IS NULL
   OR (v.driver, v.mountpoint, v.labels, v.options, v.scope)
      IS DISTINCT FROM (s.driver, s.mountpoint, s.labels, s.options, s.scope)
   OR (s.renewed AND v.created_at IS DISTINCT FROM s.created_at)
   OR v.status <> 'active'
ON CONFLICT (host, volume_id) DO UPDATE SET status = 'active', driver = excluded.driver, mountpoint = excluded.mountpoint,
  labels = excluded.labels, options = excluded.options, scope = excluded.scope, created_at = excluded.created_at,
  updated_at = excluded.updated_at
RETURNING t.host, t.volume_id, '', CASE WHEN t.xmax = 0 THEN 'create' ELSE 'update' END)sql";

// A list tells no times: what an inspect has told stays while the container has not moved on; when
// it has, the old times are wrong and the next inspect tells the new ones.
constexpr const char* upsert_containers_sql = R"sql(
WITH s AS MATERIALIZED (
  SELECT x.* FROM jsonb_to_recordset(:rows::jsonb) AS x(host text, container_id text, name text, image text,
         state text, status text, labels jsonb, is_active boolean, created_at timestamptz, started_at timestamptz,
         finished_at timestamptz, detailed boolean, times_unknown boolean))
INSERT INTO containers AS t (host, container_id, name, image, state, status, labels, is_active, created_at, started_at,
                             finished_at, updated_at)
SELECT s.host, s.container_id, s.name, s.image, s.state, s.status, s.labels, s.is_active,
       CASE WHEN s.detailed OR c.container_id IS NULL THEN s.created_at ELSE c.created_at END,
       CASE WHEN s.detailed THEN s.started_at
            WHEN NOT s.times_unknown AND (c.state, c.status) = (s.state, s.status) THEN c.started_at END,
       CASE WHEN s.detailed THEN s.finished_at
            WHEN NOT s.times_unknown AND (c.state, c.status) = (s.state, s.status) THEN c.finished_at END,
       now()
FROM s LEFT JOIN LATERAL (
  SELECT * FROM containers WHERE host = s.host AND container_id = s.container_id OFFSET 0) c ON true
WHERE c.container_id IS NULL
   OR (c.name, c.image, c.state, c.status, c.labels, c.is_active)
      IS DISTINCT FROM (s.name, s.image, s.state, s.status, s.labels, s.is_active)
   OR (s.times_unknown AND coalesce(c.started_at, c.finished_at) IS NOT NULL)
   OR (s.detailed AND (c.created_at, c.started_at, c.finished_at)
                      IS DISTINCT FROM (s.created_at, s.started_at, s.finished_at))
ON CONFLICT (host, container_id) DO UPDATE SET name = excluded.name, image = excluded.image, state = excluded.state,
  status = excluded.status, labels = excluded.labels, is_active = excluded.is_active, created_at = excluded.created_at,
  started_at = excluded.started_at, finished_at = excluded.finished_at, updated_at = excluded.updated_at
RETURNING t.host, t.container_id, '', CASE WHEN t.xmax = 0 THEN 'create' ELSE 'update' END)sql";

// `ids`: whose mounts become exactly `rows`. What is to go is looked up in the index, container by
// container, and then deleted by its place.
constexpr const char* replace_mounts_sql = R"sql(
WITH s AS MATERIALIZED (
  SELECT x.* FROM jsonb_to_recordset(:rows::jsonb)
         AS x(host text, container_id text, volume_id text, mount_path text, access_mode text)),
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
  INSERT INTO volume_mounts AS t (host, volume_id, container_id, mount_path, access_mode, created_at, updated_at)
  SELECT s.host, s.volume_id, s.container_id, s.mount_path, s.access_mode, now(), now()
  FROM s LEFT JOIN LATERAL (
    SELECT * FROM volume_mounts WHERE host = s.host AND volume_id = s.volume_id
      AND container_id = s.container_id AND mount_path = s.mount_path OFFSET 0) m ON true
  WHERE m.container_id IS NULL OR m.access_mode <> s.access_mode
  ON CONFLICT (host, volume_id, container_id, mount_path)
    DO UPDATE SET access_mode = excluded.access_mode, updated_at = excluded.updated_at
  RETURNING t.host, t.container_id, t.volume_id, t.mount_path, t.xmax = 0 AS inserted)
SELECT host, container_id, volume_id || ' at ' || mount_path, 'remove' FROM removed
UNION ALL
SELECT host, container_id, volume_id || ' at ' || mount_path, CASE WHEN inserted THEN 'create' ELSE 'update' END
FROM written)sql";

// A statement of about this size is the fastest per row (measured); the bytes keep far from the
// server's limit of 256 MB for one JSON value.
constexpr std::size_t rows_per_statement = 5000;
constexpr std::size_t bytes_per_statement = std::size_t{16} << 20;

/// As many statements, each with a savepoint, tell the mounts of one container that the database
/// refuses from the others: a container with thousands that are refused must not hold up all hosts.
constexpr std::size_t tries_for_mounts = 100;

/// A resource as JSON, the name to report it by, and where.
struct json_row {
  write_summary* summary;
  std::string key;
  std::string json;
  std::vector<std::string> mounts; ///< of a container, when its mounts are to be replaced
};
using boost::json::serialize;
using json_rows = std::span<const json_row>;

boost::json::object json_of(const key_values& values) {
  boost::json::object object;
  for (const auto& [key, value] : values)
    object.emplace(key, value);
  return object;
}

boost::json::value json_of(timestamp when) {
  return when == never ? boost::json::value{} : boost::json::value(text::iso_time(when));
}

boost::json::object json_of(const std::string& host, const volume& v) {
  return {{"host", host},
          {"volume_id", v.name},
          {"driver", v.driver},
          {"mountpoint", v.mountpoint},
          {"labels", json_of(v.labels)},
          {"options", json_of(v.options)},
          {"scope", v.scope},
          {"created_at", json_of(v.created_at)},
          {"renewed", v.recreated}};
}

boost::json::object json_of(const std::string& host, const container& c) {
  return {{"host", host},
          {"container_id", c.id},
          {"name", c.name},
          {"image", c.image},
          {"state", c.state},
          {"status", c.status},
          {"labels", json_of(c.labels)},
          {"is_active", is_running(c)},
          {"created_at", json_of(c.created_at)},
          {"started_at", c.from_inspect ? json_of(c.started_at) : nullptr},
          {"finished_at", c.from_inspect ? json_of(c.finished_at) : nullptr},
          {"detailed", c.from_inspect},
          {"times_unknown", c.times_unknown && !c.from_inspect}};
}

/// `id`: the container's, with its host.
boost::json::object json_of(boost::json::object id, const mount& m) {
  id["volume_id"] = m.volume;
  id["mount_path"] = m.path;
  id["access_mode"] = m.writable ? "rw" : "ro";
  return id;
}

std::string joined(const std::vector<const std::string*>& parts) {
  std::string result = "[";
  for (const auto* part : parts)
    result.append(result.size() > 1 ? "," : "").append(*part);
  return result += ']';
}

operation operation_named(const std::string& name) {
  return name == "create"   ? operation::create
         : name == "remove" ? operation::remove
                            : operation::update;
}

class postgresql_writer final : public row_writer {
public:
  postgresql_writer(session& on, bool careful) : on_{on}, careful_{careful} {}

  void upsert_volumes(const host_parts<volume>& all) override {
    std::vector<json_row> rows;
    for (const auto& [host, present, summary] : all)
      for (const auto& v : present)
        rows.push_back({&summary, v.name, serialize(json_of(host, v)), {}});
    const reporting by{*this, all};
    in_chunks(rows, [&](json_rows part) { put_rows(row_kind::volume, upsert_volumes_sql, part); });
  }

  void upsert_containers(const host_parts<container>& all) override {
    std::vector<json_row> rows;
    for (const auto& [host, present, summary] : all)
      for (const auto& c : present)
        rows.push_back({&summary, c.id, serialize(json_of(host, c)), {}});
    const reporting by{*this, all};
    in_chunks(rows,
              [&](json_rows part) { put_rows(row_kind::container, upsert_containers_sql, part); });
  }

  void replace_mounts(const host_parts<container>& all) override {
    std::vector<json_row> rows;
    for (const auto& [host, present, summary] : all)
      for (const auto& c : present) {
        boost::json::object id{{"host", host}, {"container_id", c.id}};
        rows.push_back({&summary, c.id, serialize(id), {}});
        for (const auto& m : c.mounts)
          rows.back().mounts.push_back(serialize(json_of(id, m)));
      }
    const reporting by{*this, all};
    in_chunks(rows, [&](json_rows part) { put_mounts(part); });
  }

private:
  /// What the database returns goes to the summary of its host.
  struct reporting {
    template <class Resource>
    reporting(postgresql_writer& writer_, const host_parts<Resource>& all) : writer{writer_} {
      for (const auto& part : all)
        writer.summaries_.emplace(part.host, &part.summary);
    }
    ~reporting() { writer.summaries_.clear(); }
    reporting(const reporting&) = delete;
    reporting& operator=(const reporting&) = delete;
    postgresql_writer& writer;
  };

  template <class Put>
  static void in_chunks(json_rows rows, Put put) {
    while (!rows.empty()) {
      std::size_t count = 0, entries = 0, bytes = 0;
      while (count < rows.size()
             && (count == 0 || (entries < rows_per_statement && bytes < bytes_per_statement))) {
        entries += 1 + rows[count].mounts.size();
        bytes += rows[count].json.size();
        for (const auto& m : rows[count].mounts)
          bytes += m.size();
        ++count;
      }
      put(rows.first(count));
      rows = rows.subspan(count);
    }
  }

  void put_rows(row_kind kind, const char* sql, json_rows rows) {
    std::vector<const std::string*> parts;
    for (const auto& row : rows)
      parts.push_back(&row.json);
    const auto refused = tried([&] { run(kind, sql, {{"rows", joined(parts)}}); });
    if (refused.empty())
      return;
    if (rows.size() == 1) {
      rows.front().summary->rejected.push_back({kind, rows.front().key, refused});
      return;
    }
    put_rows(kind, sql, rows.first(rows.size() / 2));
    put_rows(kind, sql, rows.subspan(rows.size() / 2));
  }

  void put_mounts(json_rows containers) {
    std::vector<const std::string*> ids, mounts;
    for (const auto& row : containers) {
      ids.push_back(&row.json);
      for (const auto& m : row.mounts)
        mounts.push_back(&m);
    }
    const auto put = [&] {
      return tried([&] {
        run(row_kind::mount, replace_mounts_sql, {{"ids", joined(ids)}, {"rows", joined(mounts)}});
      });
    };
    if (put().empty())
      return;
    if (containers.size() > 1) {
      put_mounts(containers.first(containers.size() / 2));
      put_mounts(containers.subspan(containers.size() / 2));
      return;
    }
    // One container: which of its mounts is it? The good ones together remove the rest.
    auto& summary = *containers.front().summary;
    const auto id = std::exchange(ids, {});
    const auto all = std::exchange(mounts, {});
    const auto taken = [&](std::span<const std::string* const> some) {
      mounts.assign(some.begin(), some.end());
      return put();
    };
    const auto told = summary.changes.size();
    sifting sift{.tries = tries_for_mounts, .good = {}, .refused = {}};
    on_.script("SAVEPOINT container");
    sift_mounts(all, taken, sift);
    on_.script(sift.finished ? "RELEASE container" : "ROLLBACK TO container; RELEASE container");
    if (!sift.finished) {
      summary.changes.resize(told);
      summary.rejected.push_back(
          {row_kind::mount, containers.front().key,
           "the database refuses so many of its mounts that the others can't be told from them; "
           "all stay as they were: "
               + (sift.refused.empty() ? std::string{} : sift.refused.front())});
      return;
    }
    for (auto& refused : sift.refused)
      summary.rejected.push_back({row_kind::mount, containers.front().key, std::move(refused)});
    ids = id;
    mounts = sift.good;
    if (const auto refused = put(); !refused.empty())
      summary.rejected.push_back({row_kind::mount, containers.front().key, refused});
  }

  struct sifting {
    std::size_t tries; ///< left
    std::vector<const std::string*> good;
    std::vector<std::string> refused; ///< the reason, for each
    bool finished = true;
  };

  /// Tells the mounts that the database takes from those that it refuses, by halves. The good ones
  /// are written in doing so.
  template <class Take>
  void sift_mounts(std::span<const std::string* const> some, const Take& taken, sifting& sift) {
    if (some.empty())
      return;
    if (sift.tries == 0) {
      sift.finished = false;
      return;
    }
    --sift.tries;
    auto refused = taken(some);
    if (refused.empty()) {
      sift.good.insert(sift.good.end(), some.begin(), some.end());
    } else if (some.size() == 1) {
      sift.refused.push_back(std::move(refused));
    } else {
      sift_mounts(some.first(some.size() / 2), taken, sift);
      sift_mounts(some.subspan(some.size() / 2), taken, sift);
    }
  }

  void run(row_kind kind, const char* sql, const parameters& values) {
    for (auto& row : on_.query(sql, values, 4))
      summaries_.at(row[0])->changes.push_back(
          {kind, operation_named(row[3]), std::move(row[1]), std::move(row[2])});
  }

  /// Why the database refuses this data, or nothing. A refused statement spoils its transaction, so
  /// the careful way has a savepoint before each.
  template <class Work>
  std::string tried(Work work) {
    if (!careful_) {
      work();
      return {};
    }
    on_.script("SAVEPOINT row");
    try {
      work();
    } catch (const sql_error& e) {
      if (e.kind() != trouble::data)
        throw;
      on_.script("ROLLBACK TO row; RELEASE row");
      return e.what();
    }
    on_.script("RELEASE row");
    return {};
  }

  session& on_;
  bool careful_;
  std::map<std::string, write_summary*> summaries_; ///< by host
};

} // namespace

std::unique_ptr<row_writer> make_postgresql_writer(session& on, bool careful) {
  return std::make_unique<postgresql_writer>(on, careful);
}

} // namespace volumeviz::persistence
