#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/fleet/hub_connector.hpp"
#include "actors/platform/relay.hpp"
#include "actors/platform/slot.hpp"
#include "actors/stream_reader.hpp"
#include "config/settings.hpp"
#include "docker/client.hpp"
#include "docker/requests.hpp"
#include "messages/node_role.hpp"
#include "metrics/metrics.hpp"
#include "persistence/store.hpp"
#include "sync/work_plan.hpp"
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
  std::function<std::string()> secret;            ///< hub: something that nobody can guess
  std::shared_ptr<wire::member_registry> members; ///< hub: shared with its front
  std::string program_version;
  std::uint64_t incarnation = 0;                                    ///< random, of this process
  std::function<result<std::vector<host_report>>()> recorded_hosts; ///< hub; see host_census
  std::size_t chunk_bytes = 256 * 1024;                             ///< agent; see hub_link_parts
};

/// What the node is made of; everything that reaches outside comes in here, so that a test can
/// bring its own.
struct node_parts {
  config::settings settings;
  std::shared_ptr<const docker::daemon> daemon;
  std::function<std::shared_ptr<persistence::store>()> make_store;
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<spdlog::logger> log;
  wall_clock now = system_now;
  std::uint64_t seed = 0;
  bool own_threads =
      true; ///< blocking actors get threads of their own; a deterministic test says false
  sync::audit_policy audits{};
  stream_runner run_stream = run_on_own_thread;
  link_parts link{}; ///< of an agent or a hub
  /// One list is cheaper than about 300 inspects of volumes, or 60 of containers (measured on
  /// 28.5).
  sync::work_limits volume_limits{.list_above = 300, .list_only = docker::is_mangled_by_router};
  sync::work_limits container_limits{.list_above = 60};
};

/// The addresses that others may talk to. They last: whoever is behind one may be restarted.
struct node_handles {
  node_actor node;
  reconciler_actor reconciler;
  metrics_aggregator_actor metrics;
  health_reporter_actor health;
  resource_handler_actor volumes;
  resource_handler_actor containers;
  stream_supervisor_actor stream;
  inventory_store_actor store; ///< an agent's hub link
  node_role role = node_role::standalone;
  fleet_roster_actor roster{}; ///< a hub's, else null
  hub_gate_actor gate{};       ///< a hub's, else null; to be published
};

/// Starts the whole tree. The node actor ends when it was told to stop, or with an error when
/// restarting did not help: the process should exit then. `config` must outlive the actor system.
node_handles start_node(caf::actor_system& system, const node_parts& parts);

} // namespace volumeviz
