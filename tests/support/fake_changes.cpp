// The changes of a fake daemon's volumes and containers, each with the events that dockerd sends.
#include "tests/support/fake_state.hpp"

#include <algorithm>
#include <cstdio>
#include <stdexcept>
#include <utility>

namespace volumeviz::support {

using lock = std::lock_guard<std::mutex>;

void fake_daemon::create_volume(const std::string& name, const text_map& labels) {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  in.world.volumes[name] = {.name = name, .labels = labels, .created_ns = in.now()};
  in.log({.type = "volume", .action = "create", .id = name, .attributes = {{"driver", "local"}}});
}

void fake_daemon::remove_volume(const std::string& name) {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  if (in.world.volumes.erase(name) == 0)
    throw std::out_of_range{"no volume " + name};
  in.log({.type = "volume",
          .action = in.dialect.podman ? "remove" : "destroy",
          .id = name,
          .attributes = {{"driver", "local"}}});
}

void fake_daemon::prune_volumes() {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  std::erase_if(in.world.volumes, [&](const auto& volume) {
    return std::ranges::none_of(in.world.containers, [&](const auto& x) {
      return std::ranges::any_of(x.second.mounts,
                                 [&](const auto& m) { return m.volume == volume.first; });
    });
  });
  in.log({.type = "volume", .action = "prune", .id = {}, .attributes = {{"reclaimed", "0"}}});
}

std::string fake_daemon::create_container(fake_container wanted) {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  if (wanted.id.empty()) {
    char id[65];
    std::snprintf(id, sizeof id, "%064llx", static_cast<unsigned long long>(++in.made_ids));
    wanted.id = id;
  }
  for (const auto& mount : wanted.mounts)
    if (in.world.volumes.try_emplace(mount.volume).second) {
      in.world.volumes[mount.volume] = {.name = mount.volume, .created_ns = in.now()};
      in.log({.type = "volume",
              .action = "create",
              .id = mount.volume,
              .attributes = {{"driver", "local"}}});
    }
  wanted.created_ns = in.now();
  const auto& made = in.world.containers[wanted.id] = wanted;
  in.log_container(made, "create");
  return wanted.id;
}

std::string fake_daemon::run(fake_container wanted) {
  auto id = create_container(std::move(wanted));
  start(id);
  return id;
}

void fake_daemon::start(const std::string& id) {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  auto& x = in.at(id);
  x.state = "running";
  x.started_ns = in.now();
  in.log_mounts(x, "mount");
  in.log_container(x, "start");
}

void fake_daemon::die(const std::string& id, std::int64_t exit_code) {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  auto& x = in.at(id);
  x.state = "exited";
  x.exit_code = exit_code;
  x.finished_ns = in.now();
  in.log_container(x, "die", {{"exitCode", std::to_string(exit_code)}});
  in.log_mounts(x, "unmount");
}

void fake_daemon::stop(const std::string& id) {
  emit({.type = "container", .action = "kill", .id = id, .attributes = {{"signal", "15"}}});
  die(id, 143);
  emit({.type = "container", .action = "stop", .id = id});
}

void fake_daemon::kill(const std::string& id) {
  emit({.type = "container", .action = "kill", .id = id, .attributes = {{"signal", "9"}}});
  die(id, 137);
}

void fake_daemon::restart(const std::string& id) {
  stop(id);
  start(id);
  emit({.type = "container", .action = "restart", .id = id});
}

void fake_daemon::pause(const std::string& id) {
  const lock guard{implementation_->mutex};
  auto& x = implementation_->at(id);
  x.state = "paused";
  implementation_->log_container(x, "pause");
}

void fake_daemon::unpause(const std::string& id) {
  const lock guard{implementation_->mutex};
  auto& x = implementation_->at(id);
  x.state = "running";
  implementation_->log_container(x, "unpause");
}

void fake_daemon::rename(const std::string& id, const std::string& name) {
  const lock guard{implementation_->mutex};
  auto& x = implementation_->at(id);
  const auto old = std::exchange(x.name, name);
  implementation_->log_container(x, "rename", {{"oldName", "/" + old}});
}

void fake_daemon::update(const std::string& id) {
  const lock guard{implementation_->mutex};
  implementation_->log_container(implementation_->at(id), "update");
}

void fake_daemon::oom(const std::string& id) {
  const lock guard{implementation_->mutex};
  implementation_->log_container(implementation_->at(id), "oom");
}

void fake_daemon::set_health(const std::string& id, const std::string& health) {
  const lock guard{implementation_->mutex};
  auto& x = implementation_->at(id);
  x.health = health;
  implementation_->log_container(x, "health_status: " + health);
}

void fake_daemon::execute(const std::string& id) {
  const lock guard{implementation_->mutex};
  const auto& x = implementation_->at(id);
  for (const auto* action : {"exec_create: true", "exec_start: true", "exec_die"})
    implementation_->log_container(x, action, {{"execID", "1"}});
}

void fake_daemon::remove(const std::string& id) {
  auto& in = *implementation_;
  const auto runs = [&] {
    const lock guard{in.mutex};
    const auto& state = in.at(id).state;
    return state == "running" || state == "paused";
  };
  if (runs())
    kill(id);
  const lock guard{in.mutex};
  const auto last = in.at(id);
  in.world.containers.erase(id);
  in.log_container(last, in.dialect.podman ? "remove" : "destroy");
}

void fake_daemon::prune_containers() {
  auto& in = *implementation_;
  const lock guard{in.mutex};
  for (auto x = in.world.containers.begin(); x != in.world.containers.end();) {
    if (x->second.state == "running" || x->second.state == "paused") {
      ++x;
      continue;
    }
    const auto last = x->second;
    x = in.world.containers.erase(x);
    in.log_container(last, in.dialect.podman ? "remove" : "destroy");
  }
  in.log({.type = "container", .action = "prune", .id = {}, .attributes = {{"reclaimed", "0"}}});
}

void fake_daemon::change_silently(const std::function<void(fake_world&)>& change) {
  const lock guard{implementation_->mutex};
  change(implementation_->world);
  implementation_->forget_lists();
}

void fake_daemon::emit(fake_event event) {
  const lock guard{implementation_->mutex};
  implementation_->log(std::move(event));
}

} // namespace volumeviz::support
