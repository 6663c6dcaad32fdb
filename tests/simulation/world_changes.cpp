// Changes in the daemon, and the events that report them.

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

constexpr timestamp second = 1'000'000'000;

std::string volume_in(unsigned place) {
  return "v" + std::to_string(place);
}

} // namespace

nanoseconds world::lag(std::uint64_t most_ms) {
  // Who is away while it changes shows the new state as soon as it is back.
  if (!schedule_.habits.lags || daemon_->down || !runs_.one_in(2))
    return {};
  return milliseconds{runs_.random(most_ms)};
}

void world::later(nanoseconds after, std::function<void()> what) {
  runs_.at(runs_.now() + after, std::move(what));
}

std::string world::container_in(unsigned place) const {
  const auto i = generation_.find(place);
  return fmt::format("c{}.{}", place, i == generation_.end() ? 0 : i->second);
}

bool world::in_use(const std::string& volume) const {
  return std::ranges::any_of(daemon_->containers, [&](const auto& x) {
    const auto* c = x.second.now();
    return c != nullptr && std::ranges::find(c->mounts, volume, &mount::volume) != c->mounts.end();
  });
}

void world::create_volume(unsigned place) {
  const auto name = volume_in(place);
  if (daemon_->find_volume(name) != nullptr) {
    // 20.10 tells again what exists; the volume stays as it is.
    if (daemon_->habits.speaks == dialect::docker20)
      daemon_->announce(resource_kind::volume, "create", name);
    return;
  }
  const auto plugin = place % 2 == 1;
  if (plugin && daemon_->plugin_absent)
    return;
  daemon_->put(volume{.name = name,
                      .driver = plugin ? "plugin" : "local",
                      .mountpoint = plugin ? "" : "/volumes/" + name,
                      .labels = {{"made", std::to_string(++volumes_made_)}},
                      .options = {},
                      .scope = "local",
                      .created_at = daemon_->now() / second * second});
  daemon_->announce(resource_kind::volume, "create", name);
}

void world::remove_volume(unsigned place) {
  const auto name = volume_in(place);
  const auto* old = daemon_->find_volume(name);
  if (old == nullptr || in_use(name) || (daemon_->plugin_absent && old->driver == "plugin"))
    return;
  const auto podman = daemon_->habits.speaks == dialect::podman;
  daemon_->drop_volume(name, podman ? lag(1'000) : 0ns);
  daemon_->announce(resource_kind::volume, podman ? "remove" : "destroy", name);
}

void world::prune_volumes() {
  for (const auto& [name, x] : daemon_->volumes) {
    if (x.now() == nullptr || in_use(name)
        || (daemon_->plugin_absent && x.now()->driver == "plugin"))
      continue;
    daemon_->drop_volume(name);
    if (daemon_->habits.speaks == dialect::docker26)
      daemon_->announce(resource_kind::volume, "destroy", name);
    if (daemon_->habits.speaks == dialect::podman)
      daemon_->announce(resource_kind::volume, "prune", name);
  }
  if (daemon_->habits.speaks != dialect::podman)
    daemon_->announce(resource_kind::volume, "prune", "");
}

void world::create_container(unsigned place, unsigned volumes) {
  if (daemon_->find_container(container_in(place)) != nullptr)
    return;
  ++generation_[place];
  container x{.id = container_in(place),
              .name = "c" + std::to_string(place),
              .image = "image",
              .state = "created",
              .status = "Created",
              .labels = {},
              .mounts = {},
              .created_at = daemon_->now() / second * second,
              .started_at = never,
              .finished_at = never,
              .from_inspect = true};
  for (unsigned i = 0; i < 3; ++i)
    if ((volumes >> i & 1) != 0) {
      create_volume(i);
      if (daemon_->find_volume(volume_in(i)) == nullptr)
        continue; // its driver is absent
      x.mounts.push_back({volume_in(i), "/m" + std::to_string(i), i != 2});
    }
  if (volumes == 7 && !x.mounts.empty()) // one volume in two places
    x.mounts.push_back({volume_in(0), "/m9", false});
  const auto id = x.id;
  daemon_->put(std::move(x));
  daemon_->announce(resource_kind::container, "create", id);
}

void world::start_container(unsigned place) {
  const auto* old = daemon_->find_container(container_in(place));
  if (old == nullptr || old->state == "running" || old->state == "paused")
    return;
  auto x = *old;
  for (const auto& m : x.mounts)
    daemon_->announce(resource_kind::volume, "mount", m.volume);
  x.state = "running";
  x.status = "Up";
  x.started_at = daemon_->now();
  daemon_->put(x);
  daemon_->announce(resource_kind::container, "start", x.id);
}

void world::stop_container(unsigned place, bool by_itself) {
  const auto* old = daemon_->find_container(container_in(place));
  if (old == nullptr || (old->state != "running" && old->state != "paused"))
    return;
  auto x = *old;
  x.state = "exited";
  x.status = by_itself ? "Exited (0)" : "Exited (137)";
  x.finished_at = daemon_->now();
  const auto behind = lag(1'400);
  daemon_->put(x, behind);
  const auto tell = [this, id = x.id](const char* action) {
    daemon_->announce(resource_kind::container, action, id);
  };
  const auto tell_then = [this, tell, behind](const char* action) {
    if (!daemon_->silent)
      later(behind, [this, tell, action] {
        if (!daemon_->down)
          tell(action);
      });
  };
  if (!by_itself)
    tell("kill");
  switch (daemon_->habits.speaks) {
  case dialect::docker20: // the API knows a while after `die`
    tell("die");
    if (!by_itself)
      tell_then("stop");
    break;
  case dialect::docker26: // and here a while after `stop`
    if (!by_itself)
      tell("stop");
    tell_then("die");
    break;
  case dialect::podman:
    tell("die");
    break;
  }
}

void world::remove_container(unsigned place) {
  const auto id = container_in(place);
  if (daemon_->find_container(id) == nullptr)
    return;
  const auto podman = daemon_->habits.speaks == dialect::podman;
  daemon_->drop_container(id, podman ? lag(1'000) : 0ns);
  daemon_->announce(resource_kind::container, podman ? "remove" : "destroy", id);
}

void world::rename_container(unsigned place) {
  const auto* old = daemon_->find_container(container_in(place));
  if (old == nullptr)
    return;
  auto x = *old;
  x.name = fmt::format("c{}-{}", place, ++renames_);
  daemon_->put(x, lag(100));
  daemon_->announce(resource_kind::container, "rename", x.id);
}

void world::pause_container(unsigned place) {
  const auto* old = daemon_->find_container(container_in(place));
  if (old == nullptr || (old->state != "running" && old->state != "paused"))
    return;
  auto x = *old;
  const auto pauses = x.state == "running";
  x.state = pauses ? "paused" : "running";
  x.status = pauses ? "Up (Paused)" : "Up";
  daemon_->put(x);
  daemon_->announce(resource_kind::container, pauses ? "pause" : "unpause", x.id);
}

void world::prune_containers() {
  for (const auto& [id, x] : daemon_->containers) {
    const auto* c = x.now();
    if (c == nullptr || (c->state != "exited" && c->state != "created") || daemon_->is_ghost(id))
      continue;
    const auto podman = daemon_->habits.speaks == dialect::podman;
    daemon_->drop_container(id);
    daemon_->announce(resource_kind::container, podman ? "remove" : "destroy", id);
  }
  daemon_->announce(resource_kind::container, "prune", "");
}

void world::burst(unsigned place, unsigned count) {
  // A millisecond apart: a reader that reads can follow.
  for (unsigned i = 0; i < count; ++i)
    later(milliseconds{i}, [this, place] {
      last_happened_ = runs_.now();
      const auto id = container_in(place);
      if (!daemon_->down && !daemon_->hung && daemon_->find_container(id) != nullptr)
        daemon_->announce(resource_kind::container, "update", id);
    });
}

void world::chatter(unsigned count) {
  // Docker's filter keeps them from the stream, Podman's does not.
  if (daemon_->habits.speaks != dialect::podman) {
    daemon_->chatter(count);
    return;
  }
  for (unsigned i = 0; i < count; ++i)
    later(milliseconds{i}, [this] {
      if (!daemon_->down && !daemon_->hung)
        daemon_->announce(resource_kind::container, "exec_start", "c");
    });
}

void world::damage(unsigned place, unsigned sort) {
  if (daemon_->down || daemon_->hung)
    return;
  daemon_->garble = [this, sort](const std::string& line) -> std::string {
    switch (sort) {
    case 0:
      return "HTTP/1.1 500 Internal Server Error";
    case 1:
      return line.substr(0, line.size() / 2);
    case 2:
      return R"({"Type":"container","Action":"die","Actor":{"ID":"","Attributes":{}},"timeNano":1})";
    case 3: { // understood, unless the limit is below it
      auto longer = line;
      const std::string label(runs_.one_in(50) ? 1'000'000 : 2'000, 'x');
      longer.insert(longer.find(R"("Attributes":{)") + 14, R"("label":")" + label + R"(",)");
      return longer;
    }
    case 4:
      return R"({"Type":"container","Action":"die","Actor":{"ID":"c","Attributes":{}}})";
    default:
      return "[]";
    }
  };
  const auto id = container_in(place);
  if (daemon_->find_container(id) != nullptr && !daemon_->is_ghost(id))
    rename_container(place);
  else
    create_volume(place);
  daemon_->garble = nullptr;
}

/// Half of the kinds last to the end. A ghost is what a crash of the daemon leaves: a container
/// that its lists show and every other call denies.
void world::cripple(unsigned place, unsigned how, nanoseconds span) {
  using by = model_daemon::crippled_by;
  constexpr by sorts[] = {by::hanging, by::refusal, by::denial, by::refusal};
  auto sort = sorts[how % 4];
  const auto key = how % 4 == 3 ? volume_in(place) : container_in(place);
  if (sort == by::denial) {
    if (daemon_->down || daemon_->hung || daemon_->habits.speaks == dialect::podman)
      return;
    daemon_->go_down();
    ++times_down_;
    daemon_->come_up();
  }
  daemon_->crippled[key] = {sort, how >= 4};
  if (how < 4)
    later(span, [this, key] { daemon_->crippled.erase(key); });
}

/// No event reports when it begins and when it ends.
void world::malform(unsigned place, unsigned sort, nanoseconds span) {
  const auto key = (sort & 2) != 0 ? container_in(place) : volume_in(place);
  daemon_->malformed[key] = {.keyless = (sort & 1) != 0, .until = std::nullopt};
  later(span, [this, key] { daemon_->mend(key); });
}

/// The daemon was restarted and does not find a plugin: it keeps the plugin's volumes and does not
/// list them.
void world::lose_plugin(nanoseconds span, bool lasting) {
  daemon_->plugin_absent = true;
  forget_plugin_volumes();
  plugin_lasts_ |= lasting;
  later(span, [this] {
    if (!plugin_lasts_)
      find_plugin();
  });
}

/// The rows may lack them, and the node has no way to know.
void world::forget_plugin_volumes() {
  for (const auto& [name, x] : daemon_->volumes)
    if (const auto* state = x.now(); state != nullptr && state->driver == "plugin")
      oracle_.unseen.insert(name);
}

/// No event reports it. Volumes that the node has never seen need another list.
void world::find_plugin() {
  if (daemon_->hung || !std::exchange(daemon_->plugin_absent, false) || daemon_->down)
    return;
  const auto rows = store_->rows();
  if (std::ranges::all_of(oracle_.unseen,
                          [&rows](const auto& name) { return rows.volumes.contains(name); }))
    return;
  daemon_->go_down();
  ++times_down_;
  daemon_->come_up();
}

/// The client has hung up between the removal and its event.
void world::remove_without_event(unsigned place) {
  daemon_->silent = true;
  remove_volume(place);
  daemon_->silent = false;
}

void world::change_without_event(unsigned n) {
  daemon_->silent = true;
  for (unsigned i = 0; i < n; ++i) {
    const auto place = static_cast<unsigned>(runs_.random(4));
    switch (runs_.random(5)) {
    case 0:
      stop_container(place, true);
      break;
    case 1:
      remove_container(place);
      break;
    case 2:
      start_container(place);
      break;
    case 3:
      create_volume(place);
      break;
    default:
      remove_volume(place);
    }
  }
  daemon_->silent = false;
}

} // namespace volumeviz::simulation
