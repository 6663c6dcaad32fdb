// A scripted daemon's faults and streams. scripted_docker_changes.cpp changes what it has.
#include "tests/support/scripted_docker.hpp"

#include "tests/support/scripted_docker_world.hpp"

#include <algorithm>
#include <chrono>

namespace volumeviz::support {

using lock_guard = std::lock_guard<std::mutex>;

scripted_docker::scripted_docker(std::function<timestamp()> clock, std::chrono::nanoseconds skew)
    : world_(std::make_shared<world>(std::move(clock), skew)) {
}

scripted_docker::~scripted_docker() = default;

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

} // namespace volumeviz::support
