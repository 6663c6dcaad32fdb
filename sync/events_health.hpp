#pragma once

#include "sync/health.hpp"

namespace volumeviz::sync {

/// Why a hub's checks `docker` and `events` are not configured.
inline constexpr auto hub_has_no_docker =
    "This node is a hub: it watches no Docker daemon itself, its agents do.";

/// The events system's part of a node's health; health.hpp says which status it gets. Its reasons
/// also name resources that can't be inspected and rows that are kept without being verified: these
/// do not change the status.
events_health events_check(const health_facts& facts, timestamp now);

/// True when the stream is connected but `verified_at` is more than a minute ago. This is a reason
/// in the health document, but does not change the status.
bool stale(const health_facts& facts, timestamp now);

} // namespace volumeviz::sync
