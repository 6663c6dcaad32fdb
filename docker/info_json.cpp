#include "docker/info_json.hpp"

#include "docker/json_body.hpp"
#include "docker/json_fields.hpp"

#include <string>
#include <vector>

namespace volumeviz::docker {

namespace json = boost::json;

namespace {

/// Empty when the list of drivers is missing or malformed: then rows are kept, not removed.
std::vector<std::string> volume_drivers_of(const json::value& info) {
  std::vector<std::string> names;
  const auto* root = info.if_object();
  const auto* plugins = root != nullptr ? root->if_contains("Plugins") : nullptr;
  const auto* kinds = plugins != nullptr ? plugins->if_object() : nullptr;
  const auto* volume = kinds != nullptr ? kinds->if_contains("Volume") : nullptr;
  const auto* list = volume != nullptr ? volume->if_array() : nullptr;
  if (list == nullptr)
    return names;
  for (const auto& x : *list)
    if (const auto* name = x.if_string())
      names.emplace_back(name->data(), name->size());
  return names;
}

} // namespace

result<daemon_identity> parse_info(std::string_view body, bool podman) {
  constexpr std::string_view what = "answer to /info";
  return with_json(body, what, [&](const json::value& value) -> result<daemon_identity> {
    json_fields fields{value};
    daemon_identity out;
    out.podman = podman;
    // Podman's ID is different in each call; host and storage root are the best substitute.
    out.engine_id = podman ? "podman:" + fields.text("Name") + ":" + fields.text("DockerRootDir")
                           : fields.text("ID");
    out.engine_version = fields.text("ServerVersion");
    out.name = fields.text("Name");
    out.daemon_time = fields.time("SystemTime");
    if (out.daemon_time == never)
      fields.complain("its SystemTime should be the daemon's time");
    out.volume_drivers = volume_drivers_of(value);
    if (!fields.ok())
      return malformed(what, fields.problem());
    return out;
  });
}

} // namespace volumeviz::docker
