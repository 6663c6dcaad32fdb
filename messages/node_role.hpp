#pragma once

#include <cstdint>

namespace volumeviz {

/// standalone: everything in one process. agent: watches a Docker daemon and reports to a hub. hub:
/// stores for many agents.
enum class node_role : std::uint8_t { standalone, agent, hub };

} // namespace volumeviz
