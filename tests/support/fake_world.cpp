#include "tests/support/fake_world.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace volumeviz::support {

namespace json = boost::json;

namespace {

json::value object_of(const text_map& pairs) {
  json::object out;
  for (const auto& [key, value] : pairs)
    out[key] = value;
  return out;
}

/// Docker's value for a time that is not set.
json::value object_or_null(const text_map& pairs) {
  return pairs.empty() ? json::value(nullptr) : object_of(pairs);
}

std::string time_text(std::int64_t ns) {
  if (ns == 0)
    return "0001-01-01T00:00:00Z";
  const std::time_t seconds = ns / 1'000'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char buffer[64];
  const auto size = std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S", &parts);
  char fraction[16];
  std::snprintf(fraction, sizeof fraction, ".%09lldZ", static_cast<long long>(ns % 1'000'000'000));
  return std::string{buffer, size} + fraction;
}

json::object volume_object(const fake_volume& volume) {
  return {{"CreatedAt", time_text(volume.created_ns)},
          {"Driver", volume.driver},
          {"Labels", object_or_null(volume.labels)},
          {"Mountpoint", "/var/lib/docker/volumes/" + volume.name + "/_data"},
          {"Name", volume.name},
          {"Options", object_or_null(volume.options)},
          {"Scope", "local"}};
}

json::array mounts_array(const fake_container& container) {
  json::array out;
  for (const auto& mount : container.mounts)
    out.push_back(json::object{{"Type", "volume"},
                               {"Name", mount.volume},
                               {"Source", ""},
                               {"Destination", mount.path},
                               {"Driver", "local"},
                               {"Mode", "z"},
                               {"RW", mount.writable},
                               {"Propagation", ""}});
  // In random order, as in dockerd.
  if (out.size() > 1)
    std::rotate(out.begin(), out.begin() + 1, out.end());
  out.push_back(
      json::object{{"Type", "bind"}, {"Source", "/tmp"}, {"Destination", "/host"}, {"RW", true}});
  return out;
}

std::string status_text(const fake_container& x) {
  const auto code = "(" + std::to_string(x.exit_code) + ")";
  if (x.state == "paused")
    return "Up 2 minutes (Paused)";
  if (x.state == "restarting")
    return "Restarting " + code + " 3 seconds ago";
  if (x.state == "running")
    return x.health.empty()         ? "Up About an hour"
           : x.health == "starting" ? "Up 1 second (health: starting)"
                                    : "Up 5 minutes (" + x.health + ")";
  if (x.state == "removing")
    return "Removal In Progress";
  if (x.state == "exited")
    return "Exited " + code + " 4 hours ago";
  return x.state == "dead" ? "Dead" : "Created";
}

bool names(const json::value& wanted, const std::string& word, bool prefix) {
  const auto fits = [&](std::string_view x) { return prefix ? word.starts_with(x) : word == x; };
  if (const auto* list = wanted.if_array())
    return std::ranges::any_of(*list, [&](const auto& x) { return fits(x.as_string()); });
  const auto& object = wanted.as_object();
  return std::ranges::any_of(object, [&](const auto& x) { return fits(x.key()); });
}

} // namespace

fake_dialect docker_20() {
  return {};
}

fake_dialect docker_29() {
  return {.api_version = "1.52",
          .min_api_version = "1.44",
          .engine_version = "29.0.0",
          .podman = false,
          .legacy_fields = false,
          .json_seq = false};
}

fake_dialect podman_4() {
  return {.api_version = "1.41",
          .min_api_version = "1.24",
          .engine_version = "4.3.1",
          .podman = true,
          .legacy_fields = true,
          .json_seq = false};
}

std::string event_line(const fake_event& event, const fake_dialect& dialect) {
  json::object out;
  if (dialect.legacy_fields && event.type == "container") {
    out["status"] = event.action;
    out["id"] = event.id;
  }
  out["Type"] = event.type;
  out["Action"] = event.action;
  auto attributes = event.attributes;
  const bool nameless = dialect.podman && event.type == "volume";
  if (nameless)
    attributes["name"] = event.id;
  out["Actor"] =
      json::object{{"ID", nameless ? "" : event.id}, {"Attributes", object_of(attributes)}};
  out["scope"] = "local";
  out["time"] = event.time_ns / 1'000'000'000;
  out["timeNano"] = event.time_ns;
  return (dialect.json_seq ? "\x1e" : "") + json::serialize(out) + "\n";
}

std::string volumes_json(const fake_world& world, const std::vector<std::string>& warnings) {
  json::array list;
  for (const auto& [name, volume] : world.volumes)
    list.push_back(volume_object(volume));
  json::value said = nullptr;
  if (!warnings.empty())
    said = json::array(warnings.begin(), warnings.end());
  return json::serialize(json::object{{"Volumes", std::move(list)}, {"Warnings", said}});
}

std::string volume_json(const fake_volume& volume) {
  return json::serialize(volume_object(volume));
}

std::string containers_json(const fake_world& world) {
  json::array list;
  for (const auto& [id, x] : world.containers)
    list.push_back(json::object{{"Id", x.id},
                                {"Names", json::array{json::string{"/" + x.name}}},
                                {"Image", x.image_moved ? "sha256:" + x.id : x.image},
                                {"ImageID", "sha256:" + x.id},
                                {"Created", x.created_ns / 1'000'000'000},
                                {"Labels", object_of(x.labels)},
                                {"State", x.state},
                                {"Status", status_text(x)},
                                {"HostConfig", json::object{{"NetworkMode", "default"}}},
                                {"Mounts", mounts_array(x)}});
  return json::serialize(list);
}

std::string container_json(const fake_container& x) {
  json::object state{{"Status", x.state},
                     {"Running", x.state == "running" || x.state == "paused"},
                     {"Paused", x.state == "paused"},
                     {"Restarting", x.state == "restarting"},
                     {"ExitCode", x.exit_code},
                     {"StartedAt", time_text(x.started_ns)},
                     {"FinishedAt", time_text(x.finished_ns)}};
  if (!x.health.empty())
    state["Health"] = json::object{{"Status", x.health}, {"Log", json::array{}}};
  return json::serialize(
      json::object{{"Id", x.id},
                   {"Created", time_text(x.created_ns)},
                   {"State", std::move(state)},
                   {"Image", "sha256:" + x.id},
                   {"Name", "/" + x.name},
                   {"Mounts", mounts_array(x)},
                   {"Config", json::object{{"Image", x.image}, {"Labels", object_of(x.labels)}}}});
}

std::string info_json(const fake_dialect& dialect, const std::string& engine_id,
                      std::int64_t now_ns) {
  return json::serialize(json::object{{"ID", engine_id},
                                      {"Name", "fake"},
                                      {"DockerRootDir", "/var/lib/docker"},
                                      {"ServerVersion", dialect.engine_version},
                                      {"SystemTime", time_text(now_ns)}});
}

std::string message_json(const std::string& message) {
  return json::serialize(json::object{{"message", message}}) + "\n";
}

bool passes(const fake_event& event, const std::string& filters) {
  if (filters.empty())
    return true;
  const auto value = json::parse(filters);
  const auto& wanted = value.as_object();
  if (const auto* types = wanted.if_contains("type"); types && !names(*types, event.type, false))
    return false;
  const auto* actions = wanted.if_contains("event");
  return !actions || names(*actions, event.action, names(*actions, "health_status", false));
}

} // namespace volumeviz::support
