#include "persistence/volume_users.hpp"

#include "persistence/list_statement.hpp"

#include <boost/json.hpp>

#include <array>
#include <string_view>

namespace volumeviz::persistence {

namespace {

const std::string mounts_of_volume = " WHERE m.host = t.host AND m.volume_id = t.volume_id";

/// Labels of Compose and Swarm; the first that a row has names its project.
constexpr std::array<std::string_view, 3> project_labels{
    "com.docker.compose.project", "com.docker.stack.namespace", "com.docker.swarm.service.name"};

/// The rows of `from` as a JSON array of arrays.
std::string array_of_rows(dialect kind, const std::string& fields, const std::string& from,
                          const std::string& order) {
  return kind == dialect::sqlite ? "(SELECT json_group_array(json(one)) FROM (SELECT json_array("
                                       + fields + ") AS one " + from + " ORDER BY " + order + "))"
                                 : "coalesce((SELECT jsonb_agg(jsonb_build_array(" + fields
                                       + ") ORDER BY " + order + ") " + from + "), '[]')::text";
}

const std::string by_container = "m.container_id, m.mount_path";

/// Calls `add` with the texts of each row in an array of arrays.
template <class Add>
void for_each_row(const std::string& text, Add add) {
  const auto json = boost::json::parse(text);
  for (const auto& one : json.as_array())
    add([&](std::size_t i) {
      return std::string{std::string_view{one.as_array().at(i).as_string()}};
    });
}

} // namespace

std::string users_of_volume(dialect kind) {
  // CROSS JOIN keeps SQLite from walking through all containers of the host for each volume.
  return std::string{"FROM volume_mounts m "} + (kind == dialect::sqlite ? "CROSS" : "INNER")
         + " JOIN containers c ON c.host = m.host AND c.container_id = m.container_id"
         + mounts_of_volume;
}

std::string is_in_use(dialect kind) {
  return "EXISTS (SELECT 1 " + users_of_volume(kind) + " AND c.is_active)";
}

std::string project_by_labels(dialect kind, const std::string& row) {
  std::string values;
  for (const auto label : project_labels) {
    const std::string key{label};
    values += (values.empty() ? "" : ", ");
    values += kind == dialect::sqlite
                  ? "nullif(json_extract(" + row + ".labels, '$.\"" + key + "\"'), '')"
                  : "nullif(" + row + ".labels->>'" + key + "', '')";
  }
  return "coalesce(" + values + ")";
}

std::string project_of_volume(dialect kind) {
  const std::string bytewise = kind == dialect::sqlite ? "" : " COLLATE \"C\"";
  return "coalesce(" + project_by_labels(kind, "t") + ", (SELECT min("
         + project_by_labels(kind, "c") + bytewise + ") " + users_of_volume(kind) + "), '')";
}

std::string containers_now(dialect kind) {
  return array_of_rows(kind, "c.container_id, c.name, c.state, m.mount_path, m.access_mode",
                       users_of_volume(kind), by_container);
}

std::string containers_then(dialect kind) {
  const bool sqlite = kind == dialect::sqlite;
  const std::string name = sqlite ? "json_extract(m.container, '$[0]')" : "m.container->0";
  const std::string state = sqlite ? "json_extract(m.container, '$[1]')" : "m.container->1";
  return array_of_rows(
      kind, "m.container_id, " + name + ", " + state + ", m.mount_path, m.access_mode",
      "FROM (SELECT * FROM mounts_then WHERE container IS NOT NULL) m" + mounts_of_volume,
      by_container);
}

std::vector<mounted_by> containers_from(const std::string& json) {
  std::vector<mounted_by> all;
  for_each_row(json, [&](auto field) {
    all.push_back({field(0), field(1), field(2), field(3), field(4)});
  });
  return all;
}

std::string mounts_of_container(dialect kind) {
  // For the order, SQLite would walk through all mounts of the host for each container.
  const std::string index = kind == dialect::sqlite ? " INDEXED BY volume_mounts_by_container" : "";
  return array_of_rows(kind, "m.volume_id, m.mount_path, m.access_mode",
                       "FROM volume_mounts m" + index
                           + " WHERE m.host = t.host AND m.container_id = t.container_id",
                       "m.volume_id, m.mount_path");
}

std::vector<mounted_volume> mounts_from(const std::string& json) {
  std::vector<mounted_volume> all;
  for_each_row(json, [&](auto field) { all.push_back({field(0), field(1), field(2)}); });
  return all;
}

std::string number_of_mounts(const std::string& key) {
  return "(SELECT count(*) FROM volume_mounts m WHERE m.host = t.host AND m." + key + " = t." + key
         + ")";
}

} // namespace volumeviz::persistence
