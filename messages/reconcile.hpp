#pragma once

#include "messages/error.hpp"
#include "messages/resources.hpp"

#include <cstdint>
#include <string>

namespace volumeviz {

/// What a reconciliation covers; the metrics' label `reconciliation_type` and the HTTP parameter
/// `type`.
enum class reconcile_scope : std::uint8_t { full, volumes, containers };
/// "full", "volumes", "containers".
const char* to_string(reconcile_scope scope) noexcept;

inline bool covers(reconcile_scope scope, resource_kind kind) noexcept {
  return scope == reconcile_scope::full
         || (scope == reconcile_scope::volumes) == (kind == resource_kind::volume);
}

/// Why a kind is listed; the label `reason` of volumeviz_events_reconcile_requests_total.
enum class list_reason : std::uint8_t {
  start,      ///< nothing is known yet
  reconnect,  ///< a new connection: what happened between two streams is unknown
  overflow,   ///< a full mailbox refused an event
  failure,    ///< an inspect or a write failed
  interval,   ///< the periodic safety net
  demand,     ///< an HTTP request
  prune,      ///< an event that names no resource
  damaged,    ///< a line of the stream that could not be parsed
  escalation, ///< so many resources wait that one list is cheaper than their inspects
  /// The daemon remembers events that the stream has not shown, or events died with their actor.
  lost_events,
  /// A list would have removed most rows: a second list must confirm it.
  doubt,
  /// A hub may have lost what it had committed, another node has written the rows, or the daemon's
  /// clock was set: nothing counts as proven any more.
  lost_rows,
};
/// "start", "reconnect", …
const char* to_string(list_reason reason) noexcept;

/// The answer to a reconciliation on demand.
struct reconcile_ticket {
  std::uint64_t run_id = 0;
  reconcile_scope scope = reconcile_scope::full;
  friend bool operator==(const reconcile_ticket&, const reconcile_ticket&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, reconcile_ticket& x) {
  return f(x.run_id, x.scope);
}

} // namespace volumeviz
