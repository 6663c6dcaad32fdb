#include "persistence/sqlite_mounts.hpp"

#include "persistence/text.hpp"

namespace volumeviz::persistence {

namespace {

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

} // namespace

sqlite_mounts::sqlite_mounts(session& on, std::string now)
    : on_{on}, now_{std::move(now)}, insert_{on, insert_mount, mount_shape},
      update_{on, update_mount, mount_shape}, remove_{on, delete_mount, mount_key} {
}

void sqlite_mounts::replace(const std::string& host, const std::vector<container>& containers,
                            write_summary& summary) {
  auto places_of = recorded(host, containers);
  for (const auto& c : containers)
    replace_of(c, host, places_of[c.id], summary);
}

std::map<std::string, sqlite_mounts::places>
sqlite_mounts::recorded(const std::string& host, const std::vector<container>& of) {
  std::vector<std::string> ids;
  for (const auto& c : of)
    ids.push_back(c.id);
  std::map<std::string, places> result;
  for (const auto& row :
       on_.query("SELECT container_id, volume_id, mount_path, access_mode FROM volume_mounts "
                 "WHERE host = :host AND container_id IN (SELECT value FROM json_each(:ids))",
                 {{"host", host}, {"ids", json_array(ids)}}, 4))
    result[row[0]][{row[1], row[2]}] = row[3];
  return result;
}

void sqlite_mounts::replace_of(const container& c, const std::string& host, places& recorded,
                               write_summary& summary) {
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
      run(insert_, operation::create, where, {mode, now_});
    else if (known->second != mode)
      run(update_, operation::update, where, {mode, now_});
    if (known != recorded.end())
      recorded.erase(known);
  }
  for (const auto& [where, mode] : recorded)
    run(remove_, operation::remove, where, {});
}

} // namespace volumeviz::persistence
