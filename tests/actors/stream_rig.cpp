#include "tests/actors/stream_rig.hpp"

#include "actors/inventory/docker_inspector.hpp"
#include "actors/platform/shell.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

namespace volumeviz::testing {

using namespace std::chrono_literals;

namespace {

/// Lets the supervisor make streams of a daemon that the rig owns.
class borrowed final : public docker::daemon {
public:
  explicit borrowed(const docker::daemon& of) : of_(of) {}
  std::unique_ptr<docker::client> make_client() const override { return of_.make_client(); }
  std::unique_ptr<docker::event_stream>
  make_stream(const docker::stream_settings& settings) const override {
    return of_.make_stream(settings);
  }

private:
  const docker::daemon& of_;
};

} // namespace

stream_rig::stream_rig(std::chrono::nanoseconds skew) : docker(wall_clock(), skew) {
  const auto listens = [this](const std::shared_ptr<heard>& what) { return spawn<listener>(what); };
  context->log = log.log();
  context->numbers = numbers;
  context->now = wall_clock();
  context->seed = random();
  context->handles = {.reconciler = caf::actor_cast<reconciler_actor>(listens(reconciler)),
                      .metrics = caf::actor_cast<metrics_aggregator_actor>(listens(metrics_heard)),
                      .health = caf::actor_cast<health_reporter_actor>(listens(health)),
                      .volumes = caf::actor_cast<resource_handler_actor>(listens(volumes)),
                      .containers = caf::actor_cast<resource_handler_actor>(listens(containers))};
  const docker_inspector_actor auditor = spawn<shell<docker_inspector>>(
      make_slot("stream_auditor"), context_ptr{context}, inspector_parts{docker.make_client()});
  parts = {.reader = {.stream = nullptr, .memory = memory, .supervisor = {}, .auditor = auditor},
           .reader_slot = reader_slot,
           .daemon = std::make_shared<borrowed>(docker),
           .backoff_min = 1s,
           .backoff_max = 8s};
}

void stream_rig::settle() {
  run();
  REQUIRE(docker.settle());
  run();
}

void stream_rig::settle_end() {
  REQUIRE(run_until([this] { return reader_slot->state == actor_state::restarting; }));
}

void stream_rig::start_supervisor() {
  supervisor =
      spawn<shell<stream_supervisor>>(make_slot("stream_supervisor"), context_ptr{context}, parts);
  run();
}

void stream_rig::start() {
  start_supervisor();
  settle();
  REQUIRE(connected());
}

std::chrono::milliseconds stream_rig::until_next_stream() {
  const auto before = docker.streams_made();
  auto waited = 0ms;
  for (; docker.streams_made() == before; waited += 10ms) {
    REQUIRE(waited < 10min);
    advance(10ms);
  }
  return waited;
}

} // namespace volumeviz::testing
