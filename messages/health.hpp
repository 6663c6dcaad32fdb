#pragma once

#include "messages/resources.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace volumeviz {

/// In the order of severity; `not_configured` does not count towards the overall status.
enum class health_status : std::uint8_t { not_configured, healthy, degraded, unhealthy };
/// "healthy", "degraded", "unhealthy", "not_configured".
const char* to_string(health_status status) noexcept;

/// A check other than `events`, for example `docker`.
struct health_check {
  std::string name; ///< "docker", "database"; in other roles "hub", "hosts"
  health_status status = health_status::unhealthy;
  std::vector<std::string> reasons; ///< why it is not healthy, a sentence each
  friend bool operator==(const health_check&, const health_check&) = default;
};

/// The content of /api/v1/health/events. Its JSON has null for each time that is `never`.
struct events_health {
  health_status status = health_status::unhealthy;
  bool connected = false;
  std::uint64_t queue_size = 0;
  std::uint64_t processed_total = 0;
  std::uint64_t errors_total = 0;
  std::uint64_t dropped_total = 0;
  std::uint64_t reconnects_total = 0;
  timestamp last_event = never;
  timestamp last_reconnect = never;
  std::uint64_t full_runs = 0;
  std::uint64_t volume_runs = 0;
  std::uint64_t container_runs = 0;
  /// The latest time for which the rows are proven to agree with the daemon.
  timestamp verified_at = never;
  std::vector<std::string> reasons;
  friend bool operator==(const events_health&, const events_health&) = default;
};

/// The content of /api/v1/health. `status` is the worst status of the checks.
struct health_report {
  health_status status = health_status::unhealthy;
  timestamp now = never;
  std::vector<health_check> checks;
  events_health events;
  friend bool operator==(const health_report&, const health_report&) = default;
};

/// A row of /api/v1/actors and a line of the actor statistics in the log.
struct actor_report {
  std::string name;
  std::string parent; ///< empty for the root
  std::string state;  ///< "running", "restarting", "stopped"
  std::uint64_t restarts = 0;
  std::uint64_t mailbox = 0;
  std::uint64_t mailbox_limit = 0; ///< 0: none
  std::uint64_t handled = 0;
  std::uint64_t dropped = 0;
  std::uint64_t busy_ms = 0;
  friend bool operator==(const actor_report&, const actor_report&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, health_check& x) {
  return f(x.name, x.status, x.reasons);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, events_health& x) {
  return f(x.status, x.connected, x.queue_size, x.processed_total, x.errors_total, x.dropped_total,
           x.reconnects_total, x.last_event, x.last_reconnect, x.full_runs, x.volume_runs,
           x.container_runs, x.verified_at, x.reasons);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, health_report& x) {
  return f(x.status, x.now, x.checks, x.events);
}

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, actor_report& x) {
  return f(x.name, x.parent, x.state, x.restarts, x.mailbox, x.mailbox_limit, x.handled, x.dropped,
           x.busy_ms);
}

} // namespace volumeviz
