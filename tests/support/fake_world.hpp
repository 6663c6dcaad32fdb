#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace volumeviz::support {

using text_map = std::map<std::string, std::string>;

/// The version of the fake daemon, and its format of events.
struct fake_dialect {
  std::string api_version = "1.41";     ///< the highest
  std::string min_api_version = "1.12"; ///< the lowest that it accepts
  std::string engine_version = "20.10.24";
  bool podman = false;
  bool legacy_fields = true; ///< status, id and from in events, gone from API 1.52 on
  bool json_seq = false;     ///< a record separator before each event
};
fake_dialect docker_20();
fake_dialect docker_29(); ///< accepts 1.44 and later; events without the old fields
fake_dialect podman_4();

struct fake_volume {
  std::string name{};
  text_map labels{};
  std::string driver = "local";
  text_map options{};
  std::int64_t created_ns = 0;
};

struct fake_mount {
  std::string volume{};
  std::string path{};
  bool writable = true;
};

/// An empty id is replaced by 64 hex digits.
struct fake_container {
  std::string name{};
  std::vector<fake_mount> mounts{};
  std::string image = "busybox:test";
  text_map labels{};
  std::string id{};
  bool image_moved = false; ///< its tag names another image now: lists show the id
  std::string state = "created";
  std::int64_t exit_code = 0;
  std::string health{}; ///< empty, "starting", "healthy", "unhealthy"
  std::int64_t created_ns = 0;
  std::int64_t started_ns = 0;
  std::int64_t finished_ns = 0;
};

struct fake_event {
  std::string type{};
  std::string action{};
  std::string id{};
  text_map attributes{};
  std::int64_t time_ns = 0;
};

/// The volumes and containers of the fake daemon.
struct fake_world {
  std::map<std::string, fake_volume> volumes;
  std::map<std::string, fake_container> containers;
};

std::string event_line(const fake_event& event, const fake_dialect& dialect); ///< with its newline
std::string volumes_json(const fake_world& world, const std::vector<std::string>& warnings);
std::string volume_json(const fake_volume& volume);
std::string containers_json(const fake_world& world);
std::string container_json(const fake_container& container);
std::string info_json(const fake_dialect& dialect, const std::string& engine_id,
                      std::int64_t now_ns);
std::string message_json(const std::string& message);

/// Whether an event passes filters such as {"type":["a"],"event":{"b":true}}, by dockerd's rules.
bool passes(const fake_event& event, const std::string& filters);

} // namespace volumeviz::support
