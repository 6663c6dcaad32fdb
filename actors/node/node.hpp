#pragma once

#include "actors/actor_context.hpp"
#include "actors/node/node_parts.hpp"

namespace volumeviz {

/// Starts all actors of a node. The node actor ends when it is told to stop. It ends with an error
/// when one of its actors dies again and again; the process should exit then.
node_handles start_node(caf::actor_system& system, const node_parts& parts);

} // namespace volumeviz
