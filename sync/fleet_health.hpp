#pragma once

#include "messages/fleet.hpp"
#include "messages/health.hpp"

#include <string>
#include <vector>

namespace volumeviz::sync {

/// A hub's check `hosts`: degraded while some of the known hosts are away, or report that they are
/// unhealthy or not connected to their Docker daemon. Never unhealthy: the hub itself works, and
/// the rows of the others are right. Of each sort ten hosts are named and the rest is counted.
///
/// Without a host it is healthy and says so: hubs are started before their agents, and nothing that
/// is known is missing. `roster_reason`: why `hosts` is not known, empty when it is.
health_check hosts_check(const std::vector<host_report>& hosts, const std::string& roster_reason,
                         timestamp now);

} // namespace volumeviz::sync
