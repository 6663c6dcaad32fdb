#pragma once

#include "messages/changes.hpp"
#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "messages/reconcile.hpp"
#include "messages/resources.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace volumeviz {

/// Events of one meaning that share an outcome.
struct event_count {
  std::uint32_t meaning = 0; ///< index into event_catalogue()
  std::uint64_t count = 0;
  timestamp oldest = never; ///< the daemon's time of the oldest of them
};

/// Changed rows, for the metrics.
struct row_count {
  row_kind kind = row_kind::volume;
  operation op = operation::create;
  change_source source = change_source::event;
  std::uint64_t count = 0;
};

/// A handler has completed a fetch and its write.
struct work_report {
  resource_kind kind = resource_kind::volume;
  std::vector<event_count> processed;
  std::vector<event_count> failed;
  ec failed_why = ec::internal;   ///< of `failed`
  timestamp committed_at = never; ///< when the rows of `processed` were committed
  std::vector<row_count> rows;
  std::uint64_t rejected = 0;
  std::uint64_t replaced_text = 0;
  std::uint64_t pending = 0;    ///< resources that still wait for a fetch
  std::uint64_t unverified = 0; ///< resources that can't be inspected; their rows follow the lists
};

/// A resource that can't be inspected.
struct unverified_resource {
  std::string name; ///< for people
  std::string why;
  timestamp since = never;
  friend bool operator==(const unverified_resource&, const unverified_resource&) = default;
};

/// All resources of a kind that can't be inspected. Their rows follow the daemon's lists.
struct unverified_report {
  resource_kind kind = resource_kind::volume;
  std::uint64_t count = 0;
  std::vector<unverified_resource> first; ///< some of them, by name
  /// In addition, volumes that the lists lack and whose rows stay, since nothing shows that they
  /// are gone.
  std::uint64_t kept = 0;
  std::vector<unverified_resource> first_kept{};
  friend bool operator==(const unverified_report&, const unverified_report&) = default;
};

/// All resources of a kind that the database refuses.
struct rejected_report {
  resource_kind kind = resource_kind::volume;
  std::uint64_t count = 0;
  timestamp since = never; ///< when the first one was refused
  std::string first;       ///< the first one, and why it was refused
  friend bool operator==(const rejected_report&, const rejected_report&) = default;
};

/// A kind was listed, or the list failed.
struct list_report {
  resource_kind kind = resource_kind::volume;
  std::vector<list_reason> reasons;
  std::uint64_t run_id = 0; ///< the newest reconciliation run that this list answers
  bool ok = false;
  failure why;                                         ///< when not ok
  double seconds = 0;                                  ///< from the first request to the commit
  std::uint64_t found = 0;                             ///< resources in the list
  std::uint64_t created = 0, updated = 0, removed = 0; ///< rows
  std::vector<std::string> warnings; ///< why the list was partial; it removed nothing then
};

/// The state of the stream has changed.
struct stream_report {
  bool connected = false;
  bool docker_answers = false; ///< the daemon has answered, with or without a stream
  failure why;                 ///< when not connected
  std::string engine_id, engine_version, api_version;
  timestamp connected_since = never;
  timestamp last_reconnect = never;
  std::uint64_t reconnects = 0;
  double lived_seconds = 0; ///< of the stream that has just ended; 0: none ended
};

/// The latest result of the store.
struct store_report {
  bool up = false;
  bool standby = false;      ///< the database answers, but another node writes this host's rows
  failure why;               ///< when not up, or standing by
  std::uint64_t batches = 0; ///< written in one transaction; 0: it was only a ping
  double seconds = 0;
};

/// The state of the reconciler.
struct reconcile_status {
  std::uint64_t full_runs = 0, volume_runs = 0, container_runs = 0;
  bool initial_done = false;     ///< the first full reconciliation is done
  timestamp verified_at = never; ///< the rows are proven to agree with the daemon up to here
};

/// A request for the events that the daemon remembers between two times.
struct audit_request {
  timestamp since = never; ///< the daemon's clock
  timestamp until = never;
};
struct audit_answer {
  bool ok = false;
  failure why; ///< when not ok
  std::vector<docker_event> events;
  std::vector<timestamp> stamps; ///< for this and the next three see docker::past_events
  bool all = true;
  timestamp answered_at = never;
  bool continued = false;
};

/// The store's answer to a change_batch.
struct write_answer {
  bool ok = false;
  failure why;
  write_summary summary;
};

/// Numbers that health shows.
struct event_counters {
  std::uint64_t processed = 0, failed = 0, dropped = 0, waiting = 0;
  timestamp last_event = never;          ///< the daemon's time
  timestamp last_event_received = never; ///< ours
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_count& x) {
  return f(x.meaning, x.count, x.oldest);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, row_count& x) {
  return f(x.kind, x.op, x.source, x.count);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, work_report& x) {
  return f(x.kind, x.processed, x.failed, x.failed_why, x.committed_at, x.rows, x.rejected,
           x.replaced_text, x.pending, x.unverified);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, unverified_resource& x) {
  return f(x.name, x.why, x.since);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, unverified_report& x) {
  return f(x.kind, x.count, x.first, x.kept, x.first_kept);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, rejected_report& x) {
  return f(x.kind, x.count, x.since, x.first);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, list_report& x) {
  return f(x.kind, x.reasons, x.run_id, x.ok, x.why, x.seconds, x.found, x.created, x.updated,
           x.removed, x.warnings);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, stream_report& x) {
  return f(x.connected, x.docker_answers, x.why, x.engine_id, x.engine_version, x.api_version,
           x.connected_since, x.last_reconnect, x.reconnects, x.lived_seconds);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, store_report& x) {
  return f(x.up, x.standby, x.why, x.batches, x.seconds);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, reconcile_status& x) {
  return f(x.full_runs, x.volume_runs, x.container_runs, x.initial_done, x.verified_at);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_request& x) {
  return f(x.since, x.until);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, audit_answer& x) {
  return f(x.ok, x.why, x.events, x.stamps, x.all, x.answered_at, x.continued);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, write_answer& x) {
  return f(x.ok, x.why, x.summary);
}
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, event_counters& x) {
  return f(x.processed, x.failed, x.dropped, x.waiting, x.last_event, x.last_event_received);
}

} // namespace volumeviz
