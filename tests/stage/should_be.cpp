// The daemon as the oracle: the correct rows, and the differences.
#include "tests/stage/recorded_rows.hpp"

#include <cstdlib>

namespace volumeviz::integration {

namespace json = boost::json;

namespace {

/// No database column can hold U+0000, so U+FFFD replaces it.
std::string storable(const json::string& text) {
  std::string result;
  for (char c : text)
    c == '\0' ? result.append("\xEF\xBF\xBD") : result.append(1, c);
  return result;
}

std::string string_at(const json::value& x, const char* key) {
  const auto* found = x.as_object().if_contains(key);
  return found && found->is_string() ? storable(found->as_string()) : std::string{};
}

support::labels labels_at(const json::value& x, const char* key) {
  support::labels result;
  if (const auto* found = x.as_object().if_contains(key); found && found->is_object())
    for (const auto& [name, value] : found->as_object())
      result.emplace(storable(json::string{name}), storable(value.as_string()));
  return result;
}

recorded_volume volume_of(const json::value& x) {
  return {.name = string_at(x, "Name"),
          .driver = string_at(x, "Driver"),
          .mountpoint = string_at(x, "Mountpoint"),
          .scope = string_at(x, "Scope"),
          .labels = labels_at(x, "Labels"),
          .options = labels_at(x, "Options"),
          .active = true};
}

recorded_container container_of(const json::value& x) {
  const auto& state = x.at("State");
  return {.name = string_at(x, "Name").substr(1),
          .image = string_at(x.at("Config"), "Image"),
          .state = string_at(state, "Status"),
          .labels = labels_at(x.at("Config"), "Labels"),
          .started_at = parse_time(string_at(state, "StartedAt")),
          .finished_at = parse_time(string_at(state, "FinishedAt")),
          .active = state.at("Running").as_bool()};
}

std::string shown(const std::string& x) {
  return '"' + x + '"';
}
std::string shown(bool x) {
  return x ? "true" : "false";
}
std::string shown(const support::labels& x) {
  json::object result;
  for (const auto& [key, value] : x)
    result[key] = value;
  return json::serialize(result);
}

class comparison {
public:
  template <class Map, class Describe, class Compare>
  void maps(const Map& found, const Map& wanted, Describe&& describe, Compare&& compare) {
    for (const auto& [key, row] : wanted)
      if (auto x = found.find(key); x == found.end())
        lines.push_back(describe(key) + ": no row");
      else
        what_ = describe(key), compare(x->second, row);
    for (const auto& [key, row] : found)
      if (!wanted.contains(key))
        lines.push_back(describe(key) + ": a row, but Docker has no such thing");
  }

  template <class T>
  void field(const char* name, const T& found, const T& wanted) {
    if (found != wanted)
      lines.push_back(what_ + ": " + name + " is " + shown(found) + ", should be " + shown(wanted));
  }

  void time(const char* name, microseconds_utc found, microseconds_utc wanted) {
    if (std::llabs(found - wanted) > 1000) // to the millisecond
      lines.push_back(what_ + ": " + name + " is " + std::to_string(found) + ", should be "
                      + std::to_string(wanted));
  }

  std::vector<std::string> lines;

private:
  std::string what_;
};

} // namespace

inventory_rows rows_that_should_be(support::docker_api& docker) {
  inventory_rows result;
  for (const auto& x : docker.volumes())
    result.volumes.emplace(string_at(x, "Name"), volume_of(x));
  for (const auto& listed : docker.containers()) {
    const auto id = string_at(listed, "Id");
    const auto x = docker.inspect_container(id);
    result.containers.emplace(id, container_of(x));
    for (const auto& mount : x.at("Mounts").as_array())
      if (string_at(mount, "Type") == "volume")
        result.mounts[{id, string_at(mount, "Destination"), string_at(mount, "Name")}] = {
            .access_mode = mount.at("RW").as_bool() ? "rw" : "ro", .active = true};
  }
  return result;
}

std::vector<std::string> differences(const inventory_rows& found, const inventory_rows& wanted) {
  comparison result;
  const auto compare_common = [&result](const auto& is, const auto& should) {
    result.field("name", is.name, should.name);
    result.field("labels", is.labels, should.labels);
    result.field("is_active", is.active, should.active);
  };
  result.maps(
      found.volumes, wanted.volumes, [](const std::string& key) { return "volume " + key; },
      [&](const recorded_volume& is, const recorded_volume& should) {
        compare_common(is, should);
        result.field("driver", is.driver, should.driver);
        result.field("mountpoint", is.mountpoint, should.mountpoint);
        result.field("scope", is.scope, should.scope);
        result.field("options", is.options, should.options);
      });
  result.maps(
      found.containers, wanted.containers,
      [](const std::string& key) { return "container " + key.substr(0, 12); },
      [&](const recorded_container& is, const recorded_container& should) {
        compare_common(is, should);
        result.field("image", is.image, should.image);
        result.field("state", is.state, should.state);
        result.time("started_at", is.started_at, should.started_at);
        result.time("finished_at", is.finished_at, should.finished_at);
      });
  result.maps(
      found.mounts, wanted.mounts,
      [](const auto& key) {
        const auto& [container, path, volume] = key;
        return "mount of " + volume + " at " + path + " of " + container.substr(0, 12);
      },
      [&](const recorded_mount& is, const recorded_mount& should) {
        result.field("access_mode", is.access_mode, should.access_mode);
        result.field("is_active", is.active, should.active);
      });
  return result.lines;
}

} // namespace volumeviz::integration
