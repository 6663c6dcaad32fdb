#include "docker/resource_json.hpp"

#include "docker/broken_text.hpp"
#include "docker/json_fields.hpp"
#include "docker/list_entries.hpp"
#include "docker/status_text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace volumeviz::docker {

namespace json = boost::json;

namespace {

tl::unexpected<failure> malformed(std::string_view what, const std::string& why) {
  return fail(ec::docker_malformed,
              "the daemon's " + std::string{what} + " can't be parsed: " + why);
}

/// Parses the body and hands it to `read`, which must not keep anything of it.
template <class Read>
auto with_json(std::string_view body, std::string_view what, Read read)
    -> decltype(read(std::declval<const json::value&>())) {
  try {
    unsigned char first[8 * 1024];          // enough for most resources
    json::monotonic_resource memory{first}; // freed at once
    boost::system::error_code error;
    json::parse_options options;
    options.max_depth = 64;
    const auto value = json::parse(body, error, &memory, options);
    if (!error)
      return read(value);
    const auto why = error.message();
    const auto repaired = mark_broken_text(body);
    if (!repaired)
      return malformed(what, why);
    auto rest = json::parse(*repaired, error, &memory, options);
    if (error)
      return malformed(what, why);
    drop_broken_text(rest);
    return read(rest);
  } catch (const std::exception& e) {
    return malformed(what, e.what());
  }
}

volume read_volume(json_fields& in) {
  volume out;
  out.name = in.required_text("Name");
  out.driver = in.text("Driver");
  out.mountpoint = in.text("Mountpoint");
  out.labels = in.pairs("Labels");
  out.options = in.pairs("Options");
  out.scope = in.text("Scope");
  out.created_at = in.time("CreatedAt");
  return out;
}

std::vector<mount> read_mounts(json_fields& in) {
  std::vector<mount> out;
  const auto* list = in.list("Mounts");
  if (!list)
    return out;
  for (const auto& entry : *list) {
    json_fields fields{entry, "mount"};
    if (fields.text("Type") == "volume") {
      mount found{.volume = fields.text("Name"),
                  .path = fields.text("Destination"),
                  .writable = fields.flag("RW", true)};
      // A mount without a name does not refer to a volume.
      if (!found.volume.empty())
        out.push_back(std::move(found));
    }
    in.complain(fields.problem());
  }
  std::ranges::sort(out, {}, [](const mount& x) { return std::tie(x.path, x.volume, x.writable); });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string without_slash(std::string_view name) {
  return std::string{name.substr(name.starts_with('/') ? 1 : 0)};
}

/// The container's own name among those of a list: links add "/other/alias", a rename shows two for
/// a moment, and one that is being removed may have none.
std::string read_name(json_fields& in) {
  const auto* names = in.list("Names");
  std::string best;
  if (!names)
    return best;
  for (const auto& entry : *names) {
    const auto* name = entry.if_string();
    if (!name) {
      in.complain("its names should be a list of valid texts");
      return {};
    }
    auto plain = without_slash(*name);
    if (plain.find('/') == std::string::npos && (best.empty() || plain < best))
      best = std::move(plain);
  }
  return best;
}

container read_listed(json_fields& in) {
  container out;
  out.id = in.required_text("Id");
  out.name = read_name(in);
  out.image = in.text("Image");
  out.state = docker_state(in.required_text("State"));
  const auto status = in.text("Status");
  out.status = stable_status(status);
  out.unchanged_for = std::chrono::nanoseconds{unchanged_for(status)}.count();
  out.labels = in.pairs("Labels");
  out.mounts = read_mounts(in);
  const auto seconds = in.number("Created");
  if (seconds > 0 && seconds < std::int64_t{9'000'000'000})
    out.created_at = seconds * nanos_per_second;
  return out;
}

void read_state(json_fields& in, const json::object* object, bool podman, container& out) {
  if (!object)
    return in.complain("its state is missing");
  json_fields fields{*object, "state"};
  inspected_state state;
  state.status = docker_state(fields.required_text("Status"));
  state.exit_code = fields.number("ExitCode");
  out.started_at = fields.time("StartedAt");
  out.finished_at = fields.time("FinishedAt");
  state.started = out.started_at != never;
  state.finished = out.finished_at != never;
  const auto* health = podman ? nullptr : fields.object("Health");
  if (health)
    if (const auto* status = health->if_contains("Status"); status && status->is_string())
      state.health = status->get_string();
  out.state = state.status;
  out.status = stable_status(state);
  in.complain(fields.problem());
}

void read_config(json_fields& in, const json::object* object, container& out) {
  if (!object)
    return in.complain("its config is missing");
  json_fields fields{*object, "config"};
  out.image = fields.text("Image");
  out.labels = fields.pairs("Labels");
  in.complain(fields.problem());
}

container read_inspected(json_fields& in, bool podman) {
  container out;
  out.from_inspect = true;
  out.id = in.required_text("Id");
  out.name = without_slash(in.text("Name"));
  out.created_at = in.time("Created");
  read_state(in, in.object("State"), podman, out);
  read_config(in, in.object("Config"), out);
  out.mounts = read_mounts(in);
  return out;
}

left_out_entry left_out_as(volume&& found, std::size_t position) {
  return {.position = position,
          .key = std::move(found.name),
          .driver = std::move(found.driver),
          .why = {}};
}

left_out_entry left_out_as(container&& found, std::size_t position) {
  return {.position = position, .key = std::move(found.id), .driver = {}, .why = {}};
}

/// Reads each entry by itself; `add` gets the resources. An entry that can't be parsed is left out.
template <class Read, class Add>
std::vector<left_out_entry> read_entries(const list_entries& list, std::string_view what, Read read,
                                         Add add) {
  std::vector<left_out_entry> left_out;
  std::size_t position = 0;
  for (const auto entry : list.entries) {
    ++position;
    left_out_entry unread{.position = position, .key = {}, .driver = {}, .why = {}};
    const auto done = with_json(entry, what, [&](const json::value& value) -> result<void> {
      json_fields fields{value};
      auto found = read(fields);
      if (fields.ok()) {
        add(std::move(found));
        return {};
      }
      unread = left_out_as(std::move(found), position);
      return fail(ec::docker_malformed, fields.problem());
    });
    if (done)
      continue;
    unread.why = done.error().text;
    left_out.push_back(std::move(unread));
  }
  return left_out;
}

} // namespace

result<volume_listing> parse_volumes(std::string_view body) {
  constexpr std::string_view what = "list of volumes";
  const auto list = entries_of(body, "Volumes");
  return with_json(list.frame, what, [&](const json::value& value) -> result<volume_listing> {
    json_fields top{value};
    volume_listing out;
    if (!top.has("Volumes"))
      top.complain("Volumes is missing");
    if (const auto* frame = top.list("Volumes"); frame && frame->size() != list.entries.size())
      top.complain("Volumes is not one list");
    if (const auto* warnings = top.list("Warnings"))
      for (const auto& warning : *warnings)
        out.warnings.push_back(warning.is_string() ? std::string{warning.get_string()}
                                                   : json::serialize(warning));
    if (!top.ok())
      return malformed(what, top.problem());
    out.volumes.reserve(list.entries.size());
    out.left_out = read_entries(list, "volume", read_volume,
                                [&](volume&& found) { out.volumes.push_back(std::move(found)); });
    return out;
  });
}

result<volume> parse_volume(std::string_view body) {
  constexpr std::string_view what = "description of a volume";
  return with_json(body, what, [&](const json::value& value) -> result<volume> {
    json_fields fields{value};
    auto out = read_volume(fields);
    if (!fields.ok())
      return malformed(what, fields.problem());
    return out;
  });
}

result<parsed_containers> parse_containers(std::string_view body) {
  constexpr std::string_view what = "list of containers";
  const auto list = entries_of(body);
  return with_json(list.frame, what, [&](const json::value& value) -> result<parsed_containers> {
    const auto* frame = value.if_array();
    if (!frame || frame->size() != list.entries.size())
      return malformed(what, "it is not a list");
    parsed_containers out;
    auto& containers = out.listing.containers;
    containers.reserve(list.entries.size());
    out.listing.left_out = read_entries(list, "container", read_listed, [&](container&& found) {
      if (found.image.starts_with("sha256:"))
        out.named_by_id.push_back(containers.size());
      containers.push_back(std::move(found));
    });
    return out;
  });
}

result<container> parse_container(std::string_view body, bool podman) {
  constexpr std::string_view what = "description of a container";
  return with_json(body, what, [&](const json::value& value) -> result<container> {
    json_fields fields{value};
    auto out = read_inspected(fields, podman);
    if (!fields.ok())
      return malformed(what, fields.problem());
    return out;
  });
}

/// Empty when the list of drivers is missing or malformed: then rows are kept, not removed.
static std::vector<std::string> volume_drivers_of(const json::value& info) {
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
