#pragma once

#include "messages/health.hpp"
#include "messages/reconcile.hpp"

#include <string>
#include <vector>

// The JSON of everything that is not a row of the database. Key order is that of the contract's
// examples.

namespace volumeviz::http {

/// The body of /api/v1/health.
std::string health_json(const health_report& report);

/// The body of /api/v1/health/events. Whole unix seconds; what has not happened is null.
std::string events_json(const health_report& report);

/// {"status": "ok" or `otherwise`, "reasons": […]}: "ok" when there are no reasons.
std::string probe_json(const std::vector<std::string>& reasons, const char* otherwise);

/// {"run_id": N, "type": "full"}
std::string ticket_json(const reconcile_ticket& ticket);

/// {"items": [{"name", "parent", "state", …}]}; parent of the root and the limit of an unlimited
/// mailbox are null.
std::string actors_json(const std::vector<actor_report>& actors);

/// {"error": "…"}
std::string error_json(const std::string& sentence);

} // namespace volumeviz::http
