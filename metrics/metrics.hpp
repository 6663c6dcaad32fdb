#pragma once

#include "messages/changes.hpp"
#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "messages/fleet.hpp"
#include "messages/health.hpp"
#include "messages/link_violation.hpp"
#include "messages/node_role.hpp"
#include "messages/reconcile.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace volumeviz::metrics {

using seconds = std::chrono::duration<double>;

/// Why a reconciliation was asked for; label `reason` of volumeviz_events_reconcile_requests_total.
inline constexpr std::string_view reconcile_reasons[]{
    "start", "reconnect", "overflow",   "failure",     "interval", "demand",
    "prune", "damaged",   "escalation", "lost_events", "doubt",    "lost_rows"};

/// Why a hub did not let an agent in; label `reason` of
/// volumeviz_events_link_rejected_agents_total.
enum class rejection : std::uint8_t {
  protocol,    ///< it speaks another link_protocol
  name,        ///< its name is none that a host may have
  certificate, ///< its certificate is for another name
  duplicate,   ///< another process reports under this name
  busy,        ///< its connection ended before it was let in
};

/// Totals that health shows; taken from the same numbers as /metrics.
struct event_totals {
  std::uint64_t processed = 0;
  std::uint64_t failed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t reconnects = 0;
};

/// Every number of the program, under its one name: the fifteen of the contract, byte for byte, and
/// our own, all present from the first scrape on. Thread-safe; every call is cheap enough for a hot
/// path. No label carries a name of a volume or a container, and every label value comes from a
/// closed set, but for a hub's `host`.
///
/// What only one role has is not shown in the others, where a constant 0 would mislead: the hub's
/// numbers about hosts and links, an agent's about its hub, and `database_up`, which an agent
/// lacks. There the calls do nothing.
class catalogue {
public:
  explicit catalogue(node_role role = node_role::standalone);
  ~catalogue();
  catalogue(const catalogue&) = delete;
  catalogue& operator=(const catalogue&) = delete;

  // Events: each one read is counted once, as processed, failed or dropped.
  void event_processed(const event_meaning& what, std::uint64_t count);
  void event_failed(ec why, std::string_view event_type,
                    std::uint64_t count); ///< event_type empty: a line that is none
  void event_dropped(std::uint64_t count);
  void event_ignored(std::uint64_t count); ///< read, but of no interest to the inventory
  void apply_latency(seconds daemon_time_to_commit);
  void queue_size(std::uint64_t waiting);
  void pending_keys(resource_kind kind, std::uint64_t keys);
  void unverified(resource_kind kind, std::uint64_t resources); ///< that can't be inspected

  // The stream.
  void connected(bool yes);
  void reconnected();
  void stream_ended(seconds lived);
  void last_event(timestamp daemon_time);
  void stream_lag(seconds daemon_time_to_read);
  void stream_read(std::uint64_t bytes);
  void stream_audit(bool passed); ///< a proof of life of the stream

  // Reconciliation.
  void reconcile_requested(std::string_view reason, std::uint64_t count = 1);
  void reconcile_run(reconcile_scope scope, seconds duration);
  void reconcile_failed(reconcile_scope scope, ec why);
  void drift(row_kind kind, operation op, std::uint64_t count);
  void verified(timestamp at);

  // Rows.
  void synced(row_kind kind, operation op, change_source source,
              std::uint64_t count); ///< counts removals in both families
  void rejected(row_kind kind, std::uint64_t count);
  void replaced_text(std::uint64_t strings);

  // The store.
  void store_batch(std::uint64_t batches, seconds duration);
  void store_failed(ec why);
  void database_up(bool yes);
  void standby(bool yes); ///< another node writes this host's rows

  // An agent's hub.
  void hub_connected(bool yes);
  void hub_redialed();                            ///< dialed again
  void hub_round_trip(seconds chunk_answer_time); ///< of a piece that was acknowledged
  void hub_refused(); ///< the hub did not let us in, or did not take a piece

  // A hub's agents.
  void link_chunk();   ///< one was taken
  void link_refused(); ///< one found the queue full
  void link_rejected(rejection why);

  // Between agents and a hub.
  void link_violated(link_violation why);         ///< a connection was ended for it
  void link_connection_refused(link_refusal why); ///< a hub's
  void link_certificate_expiry(timestamp at);     ///< of what we prove our name with

  // Docker calls; `call` is one of "identify", "list", "inspect", "events".
  void docker_call(std::string_view call, seconds duration, bool ok);

  event_totals totals() const;

  /// Per-actor numbers, asked at every scrape (mailbox depth and limit, dropped, handled, busy
  /// time, restarts).
  void actors_from(std::function<std::vector<actor_report>()> source);

  /// The Prometheus text format, with process metrics (cpu, memory, descriptors, start time,
  /// threads) and build_info.
  std::string render() const;
  /// The same with the numbers of every host that a hub knows: the lags are those at `now`.
  std::string render(const std::vector<host_report>& hosts, timestamp now) const;

private:
  struct implementation;
  std::unique_ptr<implementation> impl_;
};

} // namespace volumeviz::metrics
