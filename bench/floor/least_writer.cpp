#include "bench/floor/least_writer.hpp"

#include <boost/json.hpp>

namespace volumeviz::bench {

namespace json = boost::json;

namespace {

std::string text_of(const json::value& x) {
  return x.is_string() ? std::string{x.as_string()} : std::string{};
}

std::string object_of(const json::value& x) {
  return x.is_object() ? json::serialize(x) : "{}";
}

} // namespace

volume_row volume_row_of(std::string_view inspect) {
  const auto value = json::parse(inspect);
  const auto& x = value.as_object();
  return {.name = text_of(x.at("Name")),
          .driver = text_of(x.at("Driver")),
          .mountpoint = text_of(x.at("Mountpoint")),
          .labels = object_of(x.at("Labels")),
          .options = object_of(x.at("Options")),
          .scope = text_of(x.at("Scope")),
          .created_at = text_of(x.at("CreatedAt"))};
}

container_row container_row_of(std::string_view inspect) {
  const auto value = json::parse(inspect);
  const auto& x = value.as_object();
  const auto& config = x.at("Config").as_object();
  const auto& state = x.at("State").as_object();
  container_row result{.id = text_of(x.at("Id")),
                       .name = text_of(x.at("Name")).substr(1),
                       .image = text_of(config.at("Image")),
                       .state = text_of(state.at("Status")),
                       .status = text_of(state.at("Status")),
                       .labels = object_of(config.at("Labels")),
                       .started_at = text_of(state.at("StartedAt")),
                       .created_at = text_of(x.at("Created")),
                       .volume = {},
                       .mount_path = {},
                       .access_mode = {}};
  for (const auto& mount : x.at("Mounts").as_array())
    if (const auto& m = mount.as_object(); m.at("Type").as_string() == "volume") {
      result.volume = text_of(m.at("Name"));
      result.mount_path = text_of(m.at("Destination"));
      result.access_mode = m.at("RW").as_bool() ? "rw" : "ro";
      break;
    }
  return result;
}

std::unique_ptr<least_writer> make_least_writer(const std::string& database_url,
                                                const std::string& host) {
  if (const std::string_view sqlite = "sqlite://"; database_url.starts_with(sqlite))
    return make_sqlite_writer(database_url.substr(sqlite.size()), host);
  return make_postgres_writer(database_url, host);
}

} // namespace volumeviz::bench
