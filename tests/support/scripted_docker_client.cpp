#include "tests/support/scripted_docker_world.hpp"

#include <atomic>

namespace volumeviz::support {

namespace {

using world = scripted_docker::world;

/// Asks the world as a client asks a daemon.
class scripted_client final : public docker::client {
public:
  explicit scripted_client(std::shared_ptr<world> of) : world_(std::move(of)) {}

  result<daemon_identity> identify(docker::deadline) override {
    return answer<daemon_identity>(docker_call::identify, {},
                                   [this] { return world_->identity(); });
  }
  result<docker::volume_listing> list_volumes(docker::deadline) override {
    return answer<docker::volume_listing>(docker_call::list_volumes, {}, [this] {
      docker::volume_listing listing{.volumes = {},
                                     .warnings = world_->warnings,
                                     .left_out = world_->left_out[resource_kind::volume]};
      for (const auto& [name, x] : world_->volumes)
        if (!world_->hidden.contains(name) && !world_->absent_drivers.contains(x.driver))
          listing.volumes.push_back(x);
      return listing;
    });
  }
  result<docker::container_listing> list_containers(docker::deadline) override {
    return answer<docker::container_listing>(docker_call::list_containers, {}, [this] {
      docker::container_listing listing{.containers = {},
                                        .left_out = world_->left_out[resource_kind::container]};
      for (const auto& [id, x] : world_->containers)
        if (!world_->hidden.contains(id))
          listing.containers.push_back(as_listed(x));
      return listing;
    });
  }
  result<std::optional<volume>> inspect_volume(const std::string& name, docker::deadline) override {
    using found = result<std::optional<volume>>;
    return answer<std::optional<volume>>(docker_call::inspect_volume, name, [&]() -> found {
      auto x = find(world_->volumes, name);
      if (x && world_->absent_drivers.contains(x->driver))
        return fail(ec::docker_refused, "error looking up volume plugin " + x->driver
                                            + ": plugin \"" + x->driver + "\" not found");
      return x;
    });
  }
  result<std::optional<container>> inspect_container(const std::string& id,
                                                     docker::deadline) override {
    return answer<std::optional<container>>(docker_call::inspect_container, id, [&] {
      return world_->denied_keys.contains(id) ? std::nullopt : find(world_->containers, id);
    });
  }
  result<docker::past_events> events_between(timestamp since, timestamp until,
                                             docker::deadline) override {
    return answer<docker::past_events>(docker_call::events, {}, [&] {
      docker::past_events found;
      constexpr timestamp second = 1'000'000'000;
      found.answered_at = world_->now() / second * second;
      for (const auto& x : world_->ring)
        if (x.time >= since && x.time <= until) {
          found.stamps.push_back(x.time);
          if (x.wanted())
            found.events.push_back(x);
        }
      return found;
    });
  }
  void stop() noexcept override { stopped_ = true; }

private:
  template <class Answer, class Make>
  result<Answer> answer(docker_call what, const std::string& key, Make make) {
    if (stopped_)
      return fail(ec::cancelled, "the client was stopped");
    std::unique_lock lock(world_->mutex);
    ++world_->calls[what];
    if (!key.empty())
      world_->inspected.push_back(key);
    if (auto i = world_->throwing.find(what); i != world_->throwing.end())
      throw std::runtime_error(world_->throwing.extract(i).mapped());
    result<Answer> made = make();
    if (auto why = trouble(what, key))
      made = tl::unexpected{std::move(*why)};
    if (auto i = world_->during.find(what); i != world_->during.end()) {
      auto then = std::move(world_->during.extract(i).mapped());
      lock.unlock();
      then();
    }
    return made;
  }

  std::optional<failure> trouble(docker_call what, const std::string& key) {
    if (auto i = world_->failing_keys.find(key); i != world_->failing_keys.end())
      return i->second;
    auto i = world_->failing.find(what);
    if (i == world_->failing.end())
      return std::nullopt;
    auto why = i->second.why;
    if (i->second.times && --*i->second.times == 0)
      world_->failing.erase(i);
    return why;
  }

  template <class Resource>
  static std::optional<Resource> find(const std::map<std::string, Resource>& all,
                                      const std::string& key) {
    auto i = all.find(key);
    return i == all.end() ? std::nullopt : std::optional{i->second};
  }

  /// A list has no times but whole seconds of the creation.
  static container as_listed(container x) {
    constexpr timestamp second = 1'000'000'000;
    x.created_at -= x.created_at % second;
    x.started_at = x.finished_at = never;
    x.from_inspect = false;
    return x;
  }

  std::shared_ptr<world> world_;
  std::atomic<bool> stopped_{false};
};

/// Shows what its script says, on the thread that runs it.
class scripted_stream final : public docker::event_stream {
public:
  scripted_stream(std::shared_ptr<world> of, const docker::stream_settings& settings)
      : world_(std::move(of)), settings_(settings), script_(std::make_shared<stream_script>()) {
    std::lock_guard lock(world_->mutex);
    world_->streams.push_back(script_);
  }
  ~scripted_stream() override { stop(); }

  failure run(const docker::stream_sinks& sinks) override {
    std::unique_lock lock(world_->mutex);
    move_to(stream_script::phase::waiting);
    auto why = live(lock, sinks);
    move_to(stream_script::phase::over);
    return why;
  }

  void stop() noexcept override {
    std::lock_guard lock(world_->mutex);
    script_->stopped = true;
    world_->changed.notify_all();
  }

  bool connected() const noexcept override {
    std::lock_guard lock(world_->mutex);
    return script_->at == stream_script::phase::open && !script_->stopped && !script_->end;
  }

private:
  failure live(std::unique_lock<std::mutex>& lock, const docker::stream_sinks& sinks) {
    const failure cancelled{ec::cancelled, "the stream was stopped"};
    world_->changed.wait(lock, [this] { return script_->stopped || world_->accepting; });
    if (script_->stopped)
      return cancelled;
    if (world_->refusal)
      return *world_->refusal;
    subscribe();
    for (;;) {
      world_->changed.wait(
          lock, [this] { return script_->stopped || !script_->acts.empty() || script_->end; });
      if (script_->stopped)
        return cancelled;
      if (script_->acts.empty())
        return *script_->end;
      perform(lock, sinks);
    }
  }

  void subscribe() {
    const auto who = world_->identity();
    const auto since = who.daemon_time - std::chrono::nanoseconds{settings_.overlap}.count();
    script_->acts.push_back([who](const docker::stream_sinks& sinks) { sinks.opened(who); });
    for (const auto& event : world_->ring)
      if (event.time >= since && event.wanted())
        script_->acts.push_back(
            [event](const docker::stream_sinks& sinks) { sinks.event(docker_event{event}); });
    ++world_->opened;
    move_to(stream_script::phase::open);
  }

  void perform(std::unique_lock<std::mutex>& lock, const docker::stream_sinks& sinks) {
    const auto act = std::move(script_->acts.front());
    script_->acts.pop_front();
    script_->busy = true;
    lock.unlock();
    act(sinks);
    lock.lock();
    script_->busy = false;
    world_->changed.notify_all();
  }

  void move_to(stream_script::phase phase) {
    script_->at = phase;
    world_->changed.notify_all();
  }

  std::shared_ptr<world> world_;
  docker::stream_settings settings_;
  std::shared_ptr<stream_script> script_;
};

} // namespace

std::unique_ptr<docker::client> make_scripted_client(std::shared_ptr<scripted_docker::world> of) {
  return std::make_unique<scripted_client>(std::move(of));
}

std::unique_ptr<docker::event_stream>
make_scripted_stream(std::shared_ptr<scripted_docker::world> of,
                     const docker::stream_settings& settings) {
  return std::make_unique<scripted_stream>(std::move(of), settings);
}

} // namespace volumeviz::support
