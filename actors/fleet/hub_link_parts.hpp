#pragma once

#include "actors/actor_context.hpp"
#include "actors/fleet/hub_connector.hpp"
#include "sync/outgoing_batches.hpp"
#include "text/host_port.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace volumeviz {

struct hub_link_parts {
  std::string program_version;
  /// Random number of this process, the same for every life of this actor.
  std::uint64_t incarnation = 0;
  // The newest batch that the hub has acknowledged, and the newest one sent. They outlive the
  // actor.
  std::shared_ptr<std::uint64_t> acked = std::make_shared<std::uint64_t>(0);
  std::shared_ptr<std::uint64_t> last_seq = std::make_shared<std::uint64_t>(0);
  text::host_port hub;
  connector_actor connector;
  sync::outgoing_batches::limits limits{};
};

} // namespace volumeviz
