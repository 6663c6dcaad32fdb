#include "docker/resource_json.hpp"

#include "docker/json_body.hpp"
#include "docker/json_fields.hpp"
#include "docker/status_text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace volumeviz::docker {

namespace json = boost::json;

namespace {

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

/// Reads one entry of a list; `add` gets the resource. An entry that can't be parsed is left out.
template <class Read, class Add>
void read_entry(std::string_view entry, std::size_t position, std::string_view what, Read read,
                Add add, std::vector<left_out_entry>& left_out) {
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
    return;
  unread.why = done.error().text;
  left_out.push_back(std::move(unread));
}

} // namespace

void volume_list_reader::begin() {
  *this = {};
}

void volume_list_reader::feed(std::string_view bytes) {
  cutter_.feed(bytes, [this](std::string_view entry) {
    read_entry(
        entry, cutter_.entries(), "volume", read_volume,
        [this](volume&& found) { listing_.volumes.push_back(found); }, listing_.left_out);
  });
}

result<volume_listing> volume_list_reader::finish() {
  constexpr std::string_view what = "list of volumes";
  return with_json(cutter_.frame(), what, [&](const json::value& value) -> result<volume_listing> {
    json_fields top{value};
    if (!top.has("Volumes"))
      top.complain("Volumes is missing");
    if (const auto* frame = top.list("Volumes"); frame && frame->size() != cutter_.entries())
      top.complain("Volumes is not one list");
    if (const auto* warnings = top.list("Warnings"))
      for (const auto& warning : *warnings)
        listing_.warnings.push_back(warning.is_string() ? std::string{warning.get_string()}
                                                        : json::serialize(warning));
    if (!top.ok())
      return malformed(what, top.problem());
    return std::move(listing_);
  });
}

void container_list_reader::begin() {
  *this = {};
}

void container_list_reader::feed(std::string_view bytes) {
  cutter_.feed(bytes, [this](std::string_view entry) {
    read_entry(
        entry, cutter_.entries(), "container", read_listed,
        [this](container&& found) {
          if (found.image.starts_with("sha256:"))
            parsed_.named_by_id.push_back(found.id);
          parsed_.listing.containers.push_back(found);
        },
        parsed_.listing.left_out);
  });
}

result<parsed_containers> container_list_reader::finish() {
  constexpr std::string_view what = "list of containers";
  return with_json(cutter_.frame(), what,
                   [&](const json::value& value) -> result<parsed_containers> {
                     const auto* frame = value.if_array();
                     if (!frame || frame->size() != cutter_.entries())
                       return malformed(what, "it is not a list");
                     return std::move(parsed_);
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

} // namespace volumeviz::docker
