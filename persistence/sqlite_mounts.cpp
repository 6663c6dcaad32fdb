#include "persistence/sqlite_mounts.hpp"

#include "persistence/text.hpp"

namespace volumeviz::persistence {

namespace {

const parameters mount_shape{{"host", {}}, {"volume", {}},  {"id", {}}, {"path", {}},
                             {"mode", {}}, {"history", {}}, {"now", {}}};
const parameters mount_key{{"host", {}}, {"volume", {}}, {"id", {}}, {"path", {}}};

constexpr const char* insert_mount = R"sql(
INSERT INTO volume_mounts (host, volume_id, container_id, mount_path, access_mode, in_history, created_at, updated_at)
VALUES (:host, :volume, :id, :path, :mode, CAST(:history AS INTEGER), :now, :now))sql";

constexpr const char* update_mount = R"sql(
UPDATE volume_mounts SET access_mode = :mode, in_history = CAST(:history AS INTEGER), updated_at = :now
WHERE host = :host AND volume_id = :volume AND container_id = :id AND mount_path = :path)sql";

constexpr const char* delete_mount = R"sql(
DELETE FROM volume_mounts WHERE host = :host AND volume_id = :volume AND container_id = :id AND mount_path = :path)sql";

} // namespace

sqlite_mounts::sqlite_mounts(session& on, history_context& history, std::string now)
    : on_{on}, history_{history}, now_{std::move(now)} {
}

void sqlite_mounts::replace(const std::string& host, const std::vector<container>& containers,
                            write_summary& summary) {
  auto places_of = recorded(host, containers);
  const auto excluded = excluded_volumes(host, containers);
  for (const auto& c : containers)
    replace_of(c, host, places_of[c.id], excluded, summary);
}

std::map<std::string, sqlite_mounts::places>
sqlite_mounts::recorded(const std::string& host, const std::vector<container>& of) {
  std::vector<std::string> ids;
  for (const auto& c : of)
    ids.push_back(c.id);
  std::map<std::string, places> result;
  for (const auto& row : on_.query(
           "SELECT container_id, volume_id, mount_path, access_mode, CAST(in_history AS TEXT) FROM "
           "volume_mounts "
           "WHERE host = :host AND container_id IN (SELECT value FROM json_each(:ids))",
           {{"host", host}, {"ids", json_array(ids)}}, 5))
    result[row[0]][{row[1], row[2]}] = {row[3], row[4]};
  return result;
}

/// The volumes of these mounts that are not in the history.
std::set<std::string> sqlite_mounts::excluded_volumes(const std::string& host,
                                                      const std::vector<container>& of) const {
  if (!history_.excluded().about_volumes())
    return {};
  std::set<std::string> names, result;
  for (const auto& c : of)
    for (const auto& m : c.mounts)
      names.insert(m.volume);
  for (const auto& row :
       on_.query("SELECT volume_id FROM volumes WHERE host = :host AND NOT in_history AND "
                 "volume_id IN (SELECT value FROM json_each(:names))",
                 {{"host", host}, {"names", json_array({names.begin(), names.end()})}}, 1))
    result.insert(row[0]);
  for (const auto& name : names)
    if (history_.excluded().exclude_volume(name))
      result.insert(name);
  return result;
}

void sqlite_mounts::replace_of(const container& c, const std::string& host, places& recorded,
                               const std::set<std::string>& excluded, write_summary& summary) {
  const bool in_history = !history_.excluded().exclude(c);
  const auto run = [&](const char* statement, const parameters& shape, operation op,
                       const place& where, const std::vector<std::string>& columns) {
    std::vector<std::string> values{host, where.first, c.id, where.second};
    values.insert(values.end(), columns.begin(), columns.end());
    history_.row_changes(host);
    try {
      on_.kept(statement, shape).execute(values);
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
    const state wanted{m.writable ? "rw" : "ro",
                       in_history && !excluded.contains(m.volume) ? "1" : "0"};
    const auto known = recorded.find(where);
    if (known == recorded.end())
      run(insert_mount, mount_shape, operation::create, where, {wanted.first, wanted.second, now_});
    else if (known->second != wanted)
      run(update_mount, mount_shape, operation::update, where, {wanted.first, wanted.second, now_});
    if (known != recorded.end())
      recorded.erase(known);
  }
  for (const auto& [where, was] : recorded)
    run(delete_mount, mount_key, operation::remove, where, {});
}

} // namespace volumeviz::persistence
