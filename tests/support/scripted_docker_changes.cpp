// A scripted daemon's volumes, containers and events, and how a test changes them.
#include "tests/support/scripted_docker_world.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace volumeviz::support {

using lock_guard = std::lock_guard<std::mutex>;

namespace {

// As many as a daemon keeps, of all types.
constexpr std::size_t ring_size = 256;

} // namespace

void scripted_docker::world::announce(resource_kind kind, const std::string& action,
                                      const std::string& id) {
  // Two events of one moment are two events.
  last_event = std::max(now(), last_event + 1);
  docker_event event{.kind = kind, .action = action, .id = id, .time = last_event};
  if (in_ring)
    remember(event);
  if (on_streams && in_ring)
    show(event);
}

void scripted_docker::world::remember(docker_event event) {
  ring.push_back({std::move(event)});
  if (ring.size() > ring_size)
    ring.pop_front();
}

void scripted_docker::create_volume(volume x) {
  lock_guard lock(world_->mutex);
  const auto name = x.name;
  world_->volumes.insert_or_assign(name, std::move(x));
  world_->announce(resource_kind::volume, "create", name);
}

void scripted_docker::remove_volume(const std::string& name) {
  lock_guard lock(world_->mutex);
  world_->volumes.erase(name);
  world_->announce(resource_kind::volume, "destroy", name);
}

void scripted_docker::create_container(container x) {
  lock_guard lock(world_->mutex);
  const auto id = x.id;
  world_->containers.insert_or_assign(id, std::move(x));
  world_->announce(resource_kind::container, "create", id);
}

void scripted_docker::run_container(container x) {
  const auto id = x.id;
  x.state = "running"; // before its event is sent: an event reports no more than that
  x.status = "Up";
  x.started_at = world_->now();
  create_container(std::move(x));
  announce(resource_kind::container, "start", id);
}

void scripted_docker::start_container(const std::string& id) {
  lock_guard lock(world_->mutex);
  auto& x = world_->containers.at(id);
  x.state = "running";
  x.status = "Up";
  x.started_at = world_->now();
  world_->announce(resource_kind::container, "start", id);
}

void scripted_docker::stop_container(const std::string& id) {
  lock_guard lock(world_->mutex);
  auto& x = world_->containers.at(id);
  x.state = "exited";
  x.status = "Exited (137)";
  x.finished_at = world_->now();
  for (const auto* action : {"kill", "die", "stop"})
    world_->announce(resource_kind::container, action, id);
}

void scripted_docker::rename_container(const std::string& id, const std::string& name) {
  lock_guard lock(world_->mutex);
  world_->containers.at(id).name = name;
  world_->announce(resource_kind::container, "rename", id);
}

void scripted_docker::remove_container(const std::string& id) {
  lock_guard lock(world_->mutex);
  world_->containers.erase(id);
  world_->announce(resource_kind::container, "destroy", id);
}

void scripted_docker::announce(resource_kind kind, const std::string& action,
                               const std::string& id) {
  lock_guard lock(world_->mutex);
  world_->announce(kind, action, id);
}

void scripted_docker::chatter(unsigned count) {
  lock_guard lock(world_->mutex);
  for (unsigned i = 0; i < count; ++i) {
    world_->last_event = std::max(world_->now(), world_->last_event + 1);
    world_->remember({.kind = {}, .action = {}, .id = {}, .time = world_->last_event});
  }
}

void scripted_docker::unseen(const std::function<void()>& what) {
  {
    lock_guard lock(world_->mutex);
    world_->on_streams = false;
  }
  what();
  lock_guard lock(world_->mutex);
  world_->on_streams = true;
}

void scripted_docker::silently(const std::function<void()>& what) {
  {
    lock_guard lock(world_->mutex);
    world_->in_ring = false;
  }
  what();
  lock_guard lock(world_->mutex);
  world_->in_ring = true;
}

void scripted_docker::forget_everything() {
  lock_guard lock(world_->mutex);
  world_->volumes.clear();
  world_->containers.clear();
}

void scripted_docker::forget_events() {
  lock_guard lock(world_->mutex);
  world_->ring.clear();
}

void scripted_docker::set_clock(std::chrono::nanoseconds by) {
  lock_guard lock(world_->mutex);
  world_->skew += by;
}

std::map<std::string, volume> scripted_docker::volumes() const {
  lock_guard lock(world_->mutex);
  return world_->volumes;
}

std::map<std::string, container> scripted_docker::containers() const {
  lock_guard lock(world_->mutex);
  return world_->containers;
}

volume some_volume(const std::string& name) {
  return {.name = name,
          .driver = "local",
          .mountpoint = "/var/lib/docker/volumes/" + name + "/_data",
          .labels = {},
          .options = {},
          .scope = "local",
          .created_at = 1'700'000'000'000'000'000};
}

container some_container(const std::string& id, const std::vector<mount>& mounts) {
  return {.id = id,
          .name = "name-of-" + id,
          .image = "busybox",
          .state = "created",
          .status = "Created",
          .labels = {},
          .mounts = mounts,
          .created_at = 1'700'000'000'000'000'000,
          .started_at = never,
          .finished_at = never,
          .from_inspect = true};
}

} // namespace volumeviz::support
