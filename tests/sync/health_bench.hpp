#pragma once

#include "sync/health.hpp"
#include "tests/sync/durations.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace volumeviz::sync::testing {

using enum health_status;

inline constexpr timestamp now = 1'700'000'000 * second;

/// A node in the best of health: connected for an hour, an event and verified ten seconds ago.
inline health_facts well() {
  health_facts facts;
  facts.events_enabled = true;
  facts.connected = true;
  facts.connected_since = now - 3'600 * second;
  facts.docker_known = true;
  facts.docker_answers = true;
  facts.database_up = true;
  facts.last_event = now - 11 * second;
  facts.last_event_received = now - 10 * second;
  facts.verified_at = now - 10 * second;
  facts.idle_degraded_after = std::chrono::minutes{5};
  return facts;
}

inline health_status status_of(const health_report& report, const std::string& name) {
  for (const auto& check : report.checks)
    if (check.name == name)
      return check.status;
  return not_configured;
}

inline bool mentions(const std::vector<std::string>& reasons, const std::string& text) {
  for (const auto& x : reasons)
    if (x.find(text) != std::string::npos)
      return true;
  return false;
}

} // namespace volumeviz::sync::testing
