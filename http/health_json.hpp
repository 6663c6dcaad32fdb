#pragma once

#include "messages/health.hpp"
#include "messages/reconcile.hpp"

#include <string>
#include <vector>

// The JSON of all answers that are not rows of the database. The order of keys is part of the API.

namespace volumeviz::http {

/// The body of /api/v1/health.
std::string health_json(const health_report& report);

/// The body of /api/v1/health/events. Times are whole Unix seconds, null when they are `never`.
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
