#include "tests/simulation/sqlite_rows.hpp"

#include "persistence/text.hpp"
#include "tests/simulation/recorded_past.hpp"

#include <boost/json/parse.hpp>

#include <utility>

namespace volumeviz::simulation {

namespace {

key_values values_in(const std::string& text) {
  key_values values;
  const auto parsed = boost::json::parse(text);
  for (const auto& [key, value] : parsed.as_object())
    values.emplace(std::string{std::string_view{key}},
                   std::string{std::string_view{value.as_string()}});
  return values;
}

} // namespace

support::memory_rows read_rows(persistence::session& on, const std::string& host) {
  support::memory_rows rows;
  const persistence::parameters of{{"host", host}};
  for (const auto& r : on.query("SELECT volume_id, driver, mountpoint, labels, options, scope, "
                                "created_at FROM volumes WHERE host = :host",
                                of, 7))
    rows.volumes.emplace(r[0], volume{.name = r[0],
                                      .driver = r[1],
                                      .mountpoint = r[2],
                                      .labels = values_in(r[3]),
                                      .options = values_in(r[4]),
                                      .scope = r[5],
                                      .created_at = time_in(r[6])});
  for (const auto& r :
       on.query("SELECT container_id, name, image, state, status, labels, created_at, started_at, "
                "finished_at FROM containers WHERE host = :host",
                of, 9))
    rows.containers.emplace(r[0], container{.id = r[0],
                                            .name = r[1],
                                            .image = r[2],
                                            .state = r[3],
                                            .status = r[4],
                                            .labels = values_in(r[5]),
                                            .mounts = {},
                                            .created_at = time_in(r[6]),
                                            .started_at = time_in(r[7]),
                                            .finished_at = time_in(r[8]),
                                            .from_inspect = true});
  for (const auto& r : on.query("SELECT container_id, volume_id, mount_path, access_mode FROM "
                                "volume_mounts WHERE host = :host ORDER BY mount_path",
                                of, 4))
    rows.containers.at(r[0]).mounts.push_back({r[1], r[2], r[3] == "rw"});
  for (const auto& r : on.query("SELECT engine_id, engine_version, last_seen_at, verified_at FROM "
                                "hosts WHERE host = :host",
                                of, 4))
    rows.facts = {.engine_id = r[0],
                  .engine_version = r[1],
                  .last_seen_at = time_in(r[2]),
                  .verified_at = time_in(r[3])};
  return rows;
}

void write_difference(persistence::session& on, const std::string& host,
                      const support::memory_rows& before, const support::memory_rows& after) {
  for (const auto& [name, row] : before.volumes) {
    const auto now = after.volumes.find(name);
    if (now == after.volumes.end())
      on.execute("DELETE FROM volumes WHERE host = :host AND volume_id = :id",
                 {{"host", host}, {"id", name}});
    else if (now->second != row)
      on.execute(
          "UPDATE volumes SET labels = :labels WHERE host = :host AND volume_id = :id",
          {{"labels", persistence::json_object(now->second.labels)}, {"host", host}, {"id", name}});
  }
  for (const auto& [id, row] : before.containers) {
    const auto now = after.containers.find(id);
    if (now == after.containers.end()) {
      on.execute("DELETE FROM containers WHERE host = :host AND container_id = :id",
                 {{"host", host}, {"id", id}});
    } else if (now->second != row) {
      on.execute("UPDATE containers SET status = :status WHERE host = :host AND container_id = :id",
                 {{"status", now->second.status}, {"host", host}, {"id", id}});
      if (now->second.mounts.empty())
        on.execute("DELETE FROM volume_mounts WHERE host = :host AND container_id = :id",
                   {{"host", host}, {"id", id}});
    }
  }
}

} // namespace volumeviz::simulation
