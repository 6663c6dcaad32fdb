#pragma once

#include "text/timestamp.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace volumeviz {

/// The kinds of resources that have a handler, a list call and a table of their own. Mounts are
/// part of their container.
enum class resource_kind : std::uint8_t { volume, container };

/// "volume" or "container".
const char* to_string(resource_kind kind) noexcept;
/// "volumes" or "containers".
const char* plural(resource_kind kind) noexcept;

using key_values = std::map<std::string, std::string>;

/// A volume as the daemon shows it.
struct volume {
  std::string name; ///< the key, Docker's name; case sensitive
  std::string driver;
  std::string mountpoint; ///< empty for many plugins
  key_values labels;      ///< empty for both null and {}
  key_values options;
  std::string scope;
  timestamp created_at = never; ///< not compared: a chmod of a local volume's folder changes it
  /// Seen after a destroy of the same name, so another volume, even if all fields are equal.
  bool recreated = false;
  friend bool operator==(const volume&, const volume&) = default;
};

/// One volume at one path of a container, which may mount the same volume at several paths.
struct mount {
  std::string volume;
  std::string path;
  bool writable = true;
  friend auto operator<=>(const mount&, const mount&) = default;
};

/// A container as the daemon shows it, with its volume mounts. Binds and tmpfs are not recorded.
struct container {
  std::string id;   ///< the key; 64 hex digits
  std::string name; ///< without the leading slash
  std::string image;
  /// Docker's own word: created, running, paused, restarting, removing, exited, dead.
  std::string state;
  /// Without ages, so that it is stable: "Up", "Up (healthy)", "Up (Paused)", "Exited (137)",
  /// "Created", …
  std::string status;
  key_values labels;
  std::vector<mount> mounts; ///< sorted by path
  timestamp created_at = never;
  timestamp started_at = never;
  timestamp finished_at = never;
  /// False when it comes from a list, which has neither started_at nor finished_at, and created_at
  /// in whole seconds only. Such a container never overwrites a time from an inspect.
  bool from_inspect = false;
  /// From a list only: the recorded times may be wrong by now and no inspect succeeds, so they
  /// become unknown.
  bool times_unknown = false;
  /// From a list only, and not recorded: for at least so many nanoseconds the container has neither
  /// started nor ended. 0: unknown.
  std::int64_t unchanged_for = 0;
  friend bool operator==(const container&, const container&) = default;
};

/// The key of a resource: a volume's name, a container's id.
inline const std::string& key_of(const volume& x) noexcept {
  return x.name;
}
inline const std::string& key_of(const container& x) noexcept {
  return x.id;
}

/// The first twelve characters of a container's id, as `docker ps` shows it.
std::string short_id(const std::string& id);

/// Docker's own State.Running: true for running, paused and restarting containers.
bool is_running(const container& x) noexcept;

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, volume& x) {
  return f(x.name, x.driver, x.mountpoint, x.labels, x.options, x.scope, x.created_at, x.recreated);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, mount& x) {
  return f(x.volume, x.path, x.writable);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, container& x) {
  return f(x.id, x.name, x.image, x.state, x.status, x.labels, x.mounts, x.created_at, x.started_at,
           x.finished_at, x.from_inspect, x.times_unknown, x.unchanged_for);
}

} // namespace volumeviz
