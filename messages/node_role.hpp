#pragma once

#include <cstdint>

namespace volumeviz {

/// What a process does: all by itself, watch a Docker daemon for a hub, or store for many agents.
enum class node_role : std::uint8_t { standalone, agent, hub };

} // namespace volumeviz
