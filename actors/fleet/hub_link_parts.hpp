#pragma once

#include "actors/actors.hpp"
#include "actors/fleet/hub_connector.hpp"
#include "actors/fleet/outgoing_batches.hpp"
#include "metrics/metrics.hpp"
#include "text/host_port.hpp"

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <string>

namespace volumeviz {

/// What the hub link needs.
struct hub_link_parts {
  std::string host;
  std::string program_version;
  /// Random, of this process: the same for every life of this actor.
  std::uint64_t incarnation = 0;
  // The newest batch that the hub has acknowledged, and the newest one sent. They outlive the
  // actor.
  std::shared_ptr<std::uint64_t> acked = std::make_shared<std::uint64_t>(0);
  std::shared_ptr<std::uint64_t> last_seq = std::make_shared<std::uint64_t>(0);
  text::host_port hub;
  connector_actor connector;
  resource_handler_actor volumes, containers; ///< null when the events system is off
  health_reporter_actor health;
  metrics_aggregator_actor metrics;
  std::shared_ptr<metrics::catalogue> numbers;
  std::shared_ptr<spdlog::logger> log;
  std::uint64_t seed = 0;
  outgoing_batches::limits limits{};
};

} // namespace volumeviz
