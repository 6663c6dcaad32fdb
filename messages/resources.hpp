#pragma once

#include "text/timestamp.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace volumeviz {

/// What has a handler, a list call and a table of its own. Mounts travel with their container.
enum class resource_kind : std::uint8_t { volume, container };

/// "volume" or "container".
const char* to_string(resource_kind kind) noexcept;

using key_values = std::map<std::string, std::string>;

/// A volume as the daemon shows it now.
struct volume {
  std::string name; ///< the key; Docker's name, case sensitive
  std::string driver;
  std::string mountpoint; ///< empty for many plugins
  key_values labels;      ///< Docker's null and {} are the same: empty
  key_values options;
  std::string scope;
  timestamp created_at = never; ///< for display only: a chmod of a local volume's folder moves it
  /// Seen after a destroy of the same name: another volume, even if every field is equal.
  bool recreated = false;
  friend bool operator==(const volume&, const volume&) = default;
};

/// One volume at one path of one container. A volume may be mounted at several paths of the same
/// container.
struct mount {
  std::string volume;
  std::string path;
  bool writable = true;
  friend auto operator<=>(const mount&, const mount&) = default;
};

/// A container as the daemon shows it now, with its volume mounts (binds and tmpfs are not
/// inventory).
struct container {
  std::string id;   ///< the key; 64 hex digits
  std::string name; ///< without the leading slash
  std::string image;
  std::string
      state; ///< Docker's word: created, running, paused, restarting, removing, exited, dead
  std::string status; ///< stable text without ages: "Up", "Up (healthy)", "Up (Paused)", "Exited
                      ///< (137)", "Created", …
  key_values labels;
  std::vector<mount> mounts; ///< sorted by path
  timestamp created_at = never;
  timestamp started_at = never;
  timestamp finished_at = never;
  /// True when it comes from an inspect. A list has neither started_at nor finished_at, and
  /// created_at in whole seconds only: such a container never overwrites a time that an inspect has
  /// told.
  bool from_inspect = false;
  /// Of a list only: what an inspect has told may be wrong by now, and no inspect works. Recorded
  /// times become unknown.
  bool times_unknown = false;
  /// Of a list only, and not recorded: at least for so many nanoseconds it has neither started nor
  /// ended. 0: unknown.
  std::int64_t settled_for = 0;
  friend bool operator==(const container&, const container&) = default;
};

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
           x.finished_at, x.from_inspect, x.times_unknown, x.settled_for);
}

} // namespace volumeviz
