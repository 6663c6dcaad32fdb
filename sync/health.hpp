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

/// Why a kind can't be fetched, or its rows can't be written.
struct kind_trouble {
  resource_kind kind = resource_kind::volume;
  failure why;
  timestamp since = never;
};

/// The most recent reports of the node's parts: everything that health depends on. Moments are UTC.
struct health_facts {
  node_role role = node_role::standalone;
  /// Does not matter for a hub, whose events come from its agents.
  bool events_enabled = false;

  /// The event stream is open and its audits pass.
  bool connected = false;
  /// Why the stream is not connected; empty: unknown.
  std::string stream_reason;
  timestamp connected_since = never;
  timestamp disconnected_since = never;

  /// The daemon was asked at least once.
  bool docker_known = false;
  bool docker_answers = false;
  /// The daemon answers, but refuses what this node needs (docker_reason).
  bool docker_refuses = false;
  /// The failure's sentence.
  std::string docker_reason;
  /// Since when the daemon does not answer.
  timestamp docker_since = never;

  // Of the hub, when this node is an agent.
  /// False for an agent with EVENTS_ENABLED=false, which does not connect to its hub.
  bool database_asked = true;
  bool database_up = false;
  /// The failure's sentence.
  std::string database_reason;
  /// Since when the database does not answer, or another node writes the rows.
  timestamp database_since = never;
  /// The database answers, but another node writes the rows (database_reason).
  bool standby = false;

  // Of the handlers, at most one for each kind.
  std::vector<rejected_report> rejected;
  std::vector<kind_trouble> troubles;
  std::vector<unverified_report> unverified;
  /// What the newest list of a kind has left out, one sentence; empty: nothing.
  std::map<resource_kind, std::string> left_out;

  /// Of a hub.
  std::vector<host_report> hosts;
  /// Why `hosts` is unknown; empty: it is known.
  std::string roster_reason;

  /// By the daemon's clock, for display.
  timestamp last_event = never;
  /// By our clock.
  timestamp last_event_received = never;
  timestamp last_reconnect = never;
  std::uint64_t reconnects = 0;
  std::uint64_t queue_size = 0;
  std::uint64_t processed = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t full_runs = 0;
  std::uint64_t volume_runs = 0;
  std::uint64_t container_runs = 0;

  /// The rows show every change before this moment.
  timestamp verified_at = never;
  /// 0: never.
  std::chrono::milliseconds idle_degraded_after{0};
  /// The first full reconciliation is done.
  bool first_sync_done = true;
};

/// The health of the node:
///
/// | what                                                        | status    |
/// |-------------------------------------------------------------|-----------|
/// | the stream is not connected                                 | unhealthy |
/// | Docker or the database does not answer                      | unhealthy |
/// | a kind can't be fetched or written                          | unhealthy |
/// | no event has come for `idle_degraded_after`                 | degraded  |
/// | another node writes the rows                                | degraded  |
/// | a hub: some hosts are away or not well (fleet_health.hpp)   | degraded  |
///
/// The node is as unhealthy as its worst check. An agent has a check `hub` in place of `database`.
/// A hub has a check `hosts`, and its checks `docker` and `events` are not configured. Every status
/// but healthy has a reason that says what is wrong and since when.
health_report evaluate(const health_facts& facts, timestamp now);

/// Why the node is not ready; empty: ready. A sentence for each reason: the database (the hub, for
/// an agent) does not answer, another node writes the rows, or the first full reconciliation is not
/// done. No cause is named twice.
std::vector<std::string> not_ready_because(const health_facts& facts);

} // namespace volumeviz::sync
