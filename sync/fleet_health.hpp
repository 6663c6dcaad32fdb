#pragma once

#include "messages/fleet.hpp"
#include "messages/health.hpp"

#include <string>
#include <vector>

namespace volumeviz::sync {

/// A hub's check `hosts`. Degraded while a known host is away, is unhealthy, or is not connected to
/// its Docker daemon. Never unhealthy, since the hub itself works and the rows of other hosts are
/// right. Names ten hosts that are away and ten that are not well, and counts the rest.
///
/// Healthy, with a reason, while no host has ever reported: hubs are started before their agents.
/// `roster_reason`: why `hosts` is unknown; empty when it is known.
health_check hosts_check(const std::vector<host_report>& hosts, const std::string& roster_reason,
                         timestamp now);

} // namespace volumeviz::sync
