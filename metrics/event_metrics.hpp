#pragma once

#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "metrics/families.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace volumeviz::metrics {

/// Events. Each event that is read counts once: as processed, failed or dropped.
struct event_metrics {
  explicit event_metrics(prometheus::Registry& registry);

  void processed(const event_meaning& what, std::uint64_t count);
  /// `event_type` is empty for a line of the stream that could not be parsed.
  void failed(ec why, std::string_view event_type, std::uint64_t count);
  std::uint64_t processed_total() const;
  std::uint64_t failed_total() const;

  prometheus::Registry& to;
  counter dropped{to, "volumeviz_events_docker_events_dropped_total",
                  "Events refused because the queue was full; their kind was listed instead. "
                  "Legacy name, kept by contract."};
  counter ignored{to, "volumeviz_events_events_ignored_total",
                  "Events read that can't change a row, such as exec or attach."};
  gauge queue_size{to, "volumeviz_events_docker_events_queue_size",
                   "Events waiting in the handlers' mailboxes. Legacy name, kept by contract."};
  histogram apply_latency{to, "volumeviz_events_apply_latency_seconds",
                          "From the daemon's time of an event to the commit of its rows.",
                          buckets::latency};
  table<gauge, resource_kind> pending_keys{to,
                                           "volumeviz_events_pending_keys",
                                           "Resources that wait to be fetched or written, by kind.",
                                           {"kind"}};
  table<gauge, resource_kind> unverified{
      to,
      "volumeviz_events_unverified_resources",
      "Resources that can't be inspected, by kind; the daemon's lists replace their inspects.",
      {"kind"}};

private:
  struct failures_of_type {
    std::string_view event_type;
    std::vector<std::pair<ec, counter>> by_error; ///< the last one, ec::internal, is for all others
  };
  void add_failures(std::string_view type, std::span<const ec> causes);

  std::vector<counter> processed_;       ///< in the order of event_catalogue()
  std::vector<failures_of_type> failed_; ///< the last one is "unknown"
};

/// The event stream.
struct stream_metrics {
  prometheus::Registry& to;
  gauge connected{to, "volumeviz_events_docker_events_connection_status",
                  "1 while connected to the daemon's event stream, else 0. "
                  "Legacy name, kept by contract."};
  counter reconnects{to, "volumeviz_events_docker_events_reconnects_total",
                     "Times the event stream was connected again after it had ended. "
                     "Legacy name, kept by contract."};
  histogram duration{to, "volumeviz_events_docker_events_stream_duration_seconds",
                     "How long event streams lived; observed when one ends. "
                     "Legacy name, kept by contract.",
                     buckets::lifetime};
  gauge last_event{to, "volumeviz_events_docker_events_last_event_timestamp",
                   "Unix time in seconds of the last event, by the daemon's clock; "
                   "0 before the first. Legacy name, kept by contract."};
  histogram lag{to, "volumeviz_events_stream_lag_seconds",
                "From the daemon's time of an event to its arrival here.", buckets::latency};
  counter read_bytes{to, "volumeviz_events_stream_read_bytes_total",
                     "Bytes read from the event stream."};
  table<counter, audit_result> audits{
      to,
      "volumeviz_events_stream_audits_total",
      "Audits of the event stream, by whether it had shown every event the daemon remembers.",
      {"result"}};
};

} // namespace volumeviz::metrics
