#include "tests/support/scripted_docker.hpp"

#include "tests/support/scripted_docker_world.hpp"

#include <algorithm>
#include <chrono>

namespace volumeviz::support {

namespace {

using lock_guard = std::lock_guard<std::mutex>;

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

scripted_docker::scripted_docker(std::function<timestamp()> clock, std::chrono::nanoseconds skew)
    : world_(std::make_shared<world>(std::move(clock), skew)) {
}

scripted_docker::~scripted_docker() = default;

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
  x.state = "running"; // before anybody hears of it: an event tells no more than that
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

void scripted_docker::fail(docker_call what, failure why, std::optional<unsigned> times) {
  lock_guard lock(world_->mutex);
  world_->failing.insert_or_assign(what, world::trouble{std::move(why), times});
}

void scripted_docker::fail_key(const std::string& key, failure why) {
  lock_guard lock(world_->mutex);
  world_->failing_keys.insert_or_assign(key, std::move(why));
}

void scripted_docker::deny_key(const std::string& key) {
  std::lock_guard lock(world_->mutex);
  world_->denied_keys.insert(key);
}

void scripted_docker::warn(std::string warning, const std::string& hidden) {
  lock_guard lock(world_->mutex);
  world_->warnings.push_back(std::move(warning));
  world_->hidden.insert(hidden);
}

void scripted_docker::break_entry(resource_kind kind, left_out_entry entry,
                                  const std::string& hidden) {
  lock_guard lock(world_->mutex);
  world_->left_out[kind].push_back(std::move(entry));
  world_->hidden.insert(hidden);
}

void scripted_docker::lose_driver(const std::string& driver) {
  lock_guard lock(world_->mutex);
  world_->absent_drivers.insert(driver);
}

void scripted_docker::find_driver(const std::string& driver) {
  lock_guard lock(world_->mutex);
  world_->absent_drivers.erase(driver);
}

void scripted_docker::name_driver(const std::string& driver) {
  lock_guard lock(world_->mutex);
  world_->named_drivers.push_back(driver);
}

void scripted_docker::recover() {
  lock_guard lock(world_->mutex);
  world_->failing.clear();
  world_->failing_keys.clear();
  world_->denied_keys.clear();
  world_->warnings.clear();
  world_->hidden.clear();
  world_->left_out.clear();
}

void scripted_docker::during_next(docker_call what, std::function<void()> then) {
  lock_guard lock(world_->mutex);
  world_->during.insert_or_assign(what, std::move(then));
}

void scripted_docker::throw_next(docker_call what, std::string text) {
  lock_guard lock(world_->mutex);
  world_->throwing.insert_or_assign(what, std::move(text));
}

std::uint64_t scripted_docker::calls(docker_call what) const {
  lock_guard lock(world_->mutex);
  return world_->calls[what];
}

std::vector<std::string> scripted_docker::inspected() const {
  lock_guard lock(world_->mutex);
  return world_->inspected;
}

void scripted_docker::refuse_streams(failure why) {
  lock_guard lock(world_->mutex);
  world_->refusal = std::move(why);
  world_->accepting = true;
  world_->changed.notify_all();
}

void scripted_docker::keep_streams_waiting() {
  lock_guard lock(world_->mutex);
  world_->accepting = false;
}

void scripted_docker::accept_streams() {
  lock_guard lock(world_->mutex);
  world_->refusal.reset();
  world_->accepting = true;
  world_->changed.notify_all();
}

void scripted_docker::end_streams(failure why) {
  lock_guard lock(world_->mutex);
  for (const auto& x : world_->streams)
    if (x->at == stream_script::phase::open)
      x->end = why;
  world_->changed.notify_all();
}

void scripted_docker::damage(failure why) {
  lock_guard lock(world_->mutex);
  world_->show([why](const docker::stream_sinks& sinks) { sinks.damaged(failure{why}); });
}

void scripted_docker::repeat(const docker_event& event) {
  lock_guard lock(world_->mutex);
  world_->show(event);
}

std::vector<docker_event> scripted_docker::remembered() const {
  lock_guard lock(world_->mutex);
  std::vector<docker_event> events;
  for (const auto& x : world_->ring)
    if (x.wanted())
      events.push_back(x);
  return events;
}

std::uint64_t scripted_docker::streams_made() const {
  lock_guard lock(world_->mutex);
  return world_->streams.size();
}

std::uint64_t scripted_docker::streams_opened() const {
  lock_guard lock(world_->mutex);
  return world_->opened;
}

std::uint64_t scripted_docker::streams_open() const {
  lock_guard lock(world_->mutex);
  return static_cast<std::uint64_t>(std::ranges::count_if(
      world_->streams, [](const auto& x) { return x->at == stream_script::phase::open; }));
}

bool scripted_docker::settle() const {
  const auto settled = [this](const std::shared_ptr<stream_script>& x) {
    switch (x->at) {
    case stream_script::phase::made:
      return x->stopped;
    case stream_script::phase::waiting:
      return !world_->accepting || x->stopped;
    case stream_script::phase::open:
      return !x->busy && x->acts.empty() && !x->end;
    case stream_script::phase::over:
      return true;
    }
    return true;
  };
  std::unique_lock lock(world_->mutex);
  return world_->changed.wait_for(lock, std::chrono::seconds{10},
                                  [&] { return std::ranges::all_of(world_->streams, settled); });
}

std::unique_ptr<docker::client> scripted_docker::make_client() const {
  return make_scripted_client(world_);
}

std::unique_ptr<docker::event_stream>
scripted_docker::make_stream(const docker::stream_settings& settings) const {
  return make_scripted_stream(world_, settings);
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
