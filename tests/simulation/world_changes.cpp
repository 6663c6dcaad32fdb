// Changes of volumes and containers in the daemon, and the events that report them.

#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz::simulation {

using namespace std::chrono_literals;

namespace {

constexpr timestamp second = 1'000'000'000;

} // namespace

nanoseconds world::lag(std::uint64_t most_ms) {
  // A daemon that was down during the change shows the new state as soon as it is up.
  if (!schedule_.habits.lags || daemon_->down || !runs_.one_in(2))
    return {};
  return milliseconds{runs_.random(most_ms)};
}

void world::later(nanoseconds after, std::function<void()> what) {
  runs_.at(runs_.now() + after, std::move(what));
}

std::string world::volume_in(unsigned place) {
  return "v" + std::to_string(place);
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
    // Docker 20.10 sends the event again; the volume stays as it is.
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

} // namespace volumeviz::simulation
