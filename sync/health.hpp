#pragma once

#include "messages/error.hpp"
#include "messages/fleet.hpp"
#include "messages/health.hpp"
#include "messages/node_role.hpp"
#include "messages/reports.hpp"
#include "messages/resources.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// What keeps a kind's rows from being looked at or written.
struct kind_trouble {
  resource_kind kind = resource_kind::volume;
  failure why;
  timestamp since = never;
};

/// What the parts of the node have last said of themselves; all that health is judged by. Moments
/// are UTC.
struct health_facts {
  node_role role = node_role::standalone;
  bool events_enabled = false; ///< of no matter for a hub, which is there for its agents

  bool connected = false;               ///< the stream has answered and is alive within its lease
  std::string stream_reason;            ///< why it is not connected, if that is known
  timestamp connected_since = never;    ///< of the stream that lives
  timestamp disconnected_since = never; ///< while there is none

  bool docker_known = false; ///< asked at least once
  bool docker_answers = false;
  std::string docker_reason;      ///< the failure's sentence
  timestamp docker_since = never; ///< since when it does not answer

  // Of the hub, when this is an agent.
  bool database_asked = true; ///< false: nobody asks it; an agent whose events system is off
  bool database_up = false;
  std::string database_reason;      ///< the failure's sentence
  timestamp database_since = never; ///< since when it is away, or another node writes the rows
  bool standby = false; ///< it answers, but another node writes the rows (database_reason)

  std::vector<kind_trouble> troubles; ///< of the handlers, at most one a kind

  std::vector<unverified_report> unverified; ///< of the handlers, at most one a kind

  /// What the newest list of a kind has left out, a sentence each; empty: nothing.
  std::map<resource_kind, std::string> left_out;

  std::vector<host_report> hosts; ///< of a hub
  std::string roster_reason;      ///< why `hosts` is not known; empty: it is

  timestamp last_event = never;          ///< the daemon's time of it, for display
  timestamp last_event_received = never; ///< when it came, by our clock
  timestamp last_reconnect = never;
  std::uint64_t reconnects = 0;
  std::uint64_t queue_size = 0;
  std::uint64_t processed = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t full_runs = 0;
  std::uint64_t volume_runs = 0;
  std::uint64_t container_runs = 0;

  timestamp verified_at =
      never; ///< the last moment for which the rows are proven to agree with the daemon
  std::chrono::milliseconds idle_degraded_after{0}; ///< 0: never
  bool first_sync_done = true;                      ///< the first full reconciliation
};

/// The health of the node by the rules of the public contract: not connected is unhealthy,
/// connected without an event for `idle_degraded_after` is degraded, a Docker or a database that
/// does not answer is unhealthy, one in which another node writes the rows is degraded, the whole
/// is as bad as its worst check. An agent has a check `hub` in place of `database`; a hub has a
/// check `hosts` (see fleet_health.hpp), and neither Docker nor events. Every status but healthy
/// comes with a reason that says what and since when.
health_report evaluate(const health_facts& facts, timestamp now);

/// Why the node is not ready, a sentence each: the database (the hub, for an agent) is away or
/// another node writes the rows, or the first full reconciliation is not done and why. A cause that
/// one sentence tells is not told by another. Empty: ready.
std::vector<std::string> not_ready_because(const health_facts& facts);

/// True when the stream lives but nothing has proven the rows for more than a minute. Gives a
/// reason, not a status.
bool stale(const health_facts& facts, timestamp now);

} // namespace volumeviz::sync
