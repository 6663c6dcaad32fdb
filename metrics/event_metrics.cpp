#include "metrics/event_metrics.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace volumeviz::metrics {

namespace {

std::uint64_t whole(const counter& x) {
  return static_cast<std::uint64_t>(x.Value());
}

counter& audit(prometheus::Registry& to, const char* verdict) {
  return counters(to, "volumeviz_events_stream_audits_total",
                  "Proofs of life asked of the event stream, by whether it had shown everything "
                  "the daemon remembers.")
      .Add({{"result", verdict}});
}

std::array<gauge*, 2> by_kind(prometheus::Registry& to, const char* name, const char* help) {
  auto& family = gauges(to, name, help);
  return {&family.Add({{"kind", to_string(resource_kind::volume)}}),
          &family.Add({{"kind", to_string(resource_kind::container)}})};
}

} // namespace

event_metrics::event_metrics(prometheus::Registry& registry)
    : dropped(counters(registry, "volumeviz_events_docker_events_dropped_total",
                       "Events refused because the queue was full; their kind was listed instead. "
                       "Legacy name, kept by contract.")
                  .Add({})),
      ignored(counters(registry, "volumeviz_events_events_ignored_total",
                       "Events read that can't change a row, such as exec or attach.")
                  .Add({})),
      queue_size(gauges(registry, "volumeviz_events_docker_events_queue_size",
                        "Events waiting in the handlers' mailboxes. "
                        "Legacy name, kept by contract.")
                     .Add({})),
      connection_status(gauges(registry, "volumeviz_events_docker_events_connection_status",
                               "1 while connected to the daemon's event stream, else 0. "
                               "Legacy name, kept by contract.")
                            .Add({})),
      reconnects(counters(registry, "volumeviz_events_docker_events_reconnects_total",
                          "Times the event stream was connected again after it had ended. "
                          "Legacy name, kept by contract.")
                     .Add({})),
      stream_duration(histograms(registry, "volumeviz_events_docker_events_stream_duration_seconds",
                                 "How long event streams lived; observed when one ends. "
                                 "Legacy name, kept by contract.")
                          .Add({}, lifetime_buckets)),
      last_event_timestamp(gauges(registry, "volumeviz_events_docker_events_last_event_timestamp",
                                  "Unix time in seconds of the last event, by the daemon's clock; "
                                  "0 before the first. Legacy name, kept by contract.")
                               .Add({})),
      apply_latency(histograms(registry, "volumeviz_events_apply_latency_seconds",
                               "From the daemon's time of an event to the commit of its rows.")
                        .Add({}, latency_buckets)),
      pending_keys(by_kind(registry, "volumeviz_events_pending_keys",
                           "Resources that wait to be looked at or written, by kind.")),
      unverified(by_kind(registry, "volumeviz_events_unverified_resources",
                         "Resources that can't be inspected, by kind; the daemon's lists stand in "
                         "for them.")),
      stream_lag(histograms(registry, "volumeviz_events_stream_lag_seconds",
                            "From the daemon's time of an event to its arrival here.")
                     .Add({}, latency_buckets)),
      stream_read_bytes(counters(registry, "volumeviz_events_stream_read_bytes_total",
                                 "Bytes read from the event stream.")
                            .Add({})),
      audits_passed(audit(registry, "passed")), audits_failed(audit(registry, "failed")) {
  auto& processed_family = counters(registry, "volumeviz_events_docker_events_processed_total",
                                    "Events whose effect is committed, by type and Docker's own "
                                    "word. Legacy name, kept by contract.");
  std::set<std::string_view> types;
  for (const auto& x : event_catalogue()) {
    processed_.push_back(&processed_family.Add(
        {{"event_type", std::string{x.event_type}}, {"action", std::string{x.action}}}));
    types.insert(x.event_type);
  }
  auto& failed_family = counters(registry, "volumeviz_events_docker_events_failed_total",
                                 "Events that could not be handled, by cause and type; unknown: a "
                                 "line that is no event. Legacy name, kept by contract.");
  auto add_row = [&](std::string_view type) {
    type_row row{type, {}};
    for (std::size_t i = 0; i < failure_types.size(); ++i)
      row.by_error[i] = &failed_family.Add(
          {{"error_type", to_string(failure_types[i])}, {"event_type", std::string{type}}});
    failed_.push_back(row);
  };
  for (auto type : types)
    add_row(type);
  add_row("unknown");
}

void event_metrics::processed(const event_meaning& what, std::uint64_t count) {
  const auto& catalogue = event_catalogue();
  for (std::size_t i = 0; i < catalogue.size(); ++i)
    if (catalogue[i].kind == what.kind && catalogue[i].action == what.action)
      return add(*processed_[i], count);
  // Not in the catalogue: it can't have changed a row, and a label value outside of the closed set
  // is no option.
  add(ignored, count);
}

void event_metrics::failed(ec why, std::string_view event_type, std::uint64_t count) {
  auto row = std::find_if(failed_.begin(), failed_.end() - 1,
                          [&](const type_row& x) { return x.event_type == event_type; });
  add(*row->by_error[failure_index(why)], count);
}

std::uint64_t event_metrics::processed_total() const {
  std::uint64_t sum = 0;
  for (const auto* x : processed_)
    sum += whole(*x);
  return sum;
}

std::uint64_t event_metrics::failed_total() const {
  std::uint64_t sum = 0;
  for (const auto& row : failed_)
    for (const auto* x : row.by_error)
      sum += whole(*x);
  return sum;
}

} // namespace volumeviz::metrics
