#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/inventory/fetch_limits.hpp"
#include "actors/stream/stream_reader.hpp"
#include "config/settings.hpp"
#include "docker/client.hpp"
#include "metrics/metrics.hpp"
#include "persistence/store.hpp"
#include "wire/members.hpp"

#include <spdlog/logger.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace volumeviz {

/// How an agent and a hub reach each other.
struct link_parts {
  std::function<connector_actor(caf::actor_system&)> make_connector; ///< agent
  std::function<std::string()> secret;                               ///< hub: a random token
  std::shared_ptr<wire::member_registry> members;                    ///< hub: shared with its front
  std::string program_version;
  std::uint64_t incarnation = 0; ///< random number of this process
  std::function<result<std::vector<host_report>>()> recorded_hosts; ///< hub; see host_census
  std::size_t chunk_bytes = 256 * 1024;                             ///< agent; see outgoing_batches
};

/// What a node is made of. All access to the outside world comes in here, so a test can replace it.
struct node_parts {
  config::settings settings;
  std::shared_ptr<const docker::daemon> daemon;
  /// Called for each life of the store. May throw; the store is then started again later.
  std::function<std::shared_ptr<persistence::store>()> make_store;
  /// Called on the store's thread after each commit that has changed rows. Must not block.
  std::function<void()> committed = [] {};
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<spdlog::logger> log;
  wall_clock now = system_now;
  std::uint64_t seed = 0;
  sync::audit_policy audits{};
  stream_runner run_stream = run_on_own_thread;
  link_parts link{}; ///< agent or hub
  sync::work_limits volume_limits = fetch_limits(resource_kind::volume);
  sync::work_limits container_limits = fetch_limits(resource_kind::container);
};

} // namespace volumeviz
