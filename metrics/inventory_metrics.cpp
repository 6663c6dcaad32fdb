#include "metrics/inventory_metrics.hpp"

#include "metrics/metrics.hpp"

#include <algorithm>
#include <string>

namespace volumeviz::metrics {

namespace {

constexpr std::array scopes{reconcile_scope::full, reconcile_scope::volumes,
                            reconcile_scope::containers};

/// The contract's three families of rows written, by row_kind.
struct family_text {
  const char* name;
  const char* help;
};
constexpr std::array<family_text, 3> synced_families{{
    {"volumeviz_events_docker_volumes_synced_total",
     "Volume rows written, by operation and where the change was noticed. "
     "Legacy name, kept by contract."},
    {"volumeviz_events_docker_containers_synced_total",
     "Container rows written, by operation and where the change was noticed. "
     "Legacy name, kept by contract."},
    {"volumeviz_events_docker_mounts_synced_total",
     "Mount rows written, by operation and where the change was noticed. "
     "Legacy name, kept by contract."},
}};

} // namespace

inventory_metrics::inventory_metrics(prometheus::Registry& to, bool has_database)
    : verified_timestamp(gauges(to, "volumeviz_events_verified_timestamp_seconds",
                                "Unix time at which the rows were last proven to agree with the "
                                "daemon; 0 before the first time.")
                             .Add({})),
      replaced_text(counters(to, "volumeviz_events_replaced_text_total",
                             "Strings in which a character that no database can hold was replaced.")
                        .Add({})),
      store_batch_size(histograms(to, "volumeviz_events_store_batch_size",
                                  "Batches of changes written in one transaction.")
                           .Add({}, size_buckets)),
      store_batch_duration(histograms(to, "volumeviz_events_store_batch_duration_seconds",
                                      "How long one transaction took, commit included.")
                               .Add({}, latency_buckets)),
      database_up(has_database ? &gauges(to, "volumeviz_events_database_up",
                                         "1 while the database answers, else 0.")
                                      .Add({})
                               : nullptr),
      standby(gauges(to, "volumeviz_events_standby",
                     "1 while another node writes this host's rows, else 0.")
                  .Add({})) {
  auto& requests = counters(to, "volumeviz_events_reconcile_requests_total",
                            "Reconciliations asked for, by reason; several may share a run.");
  for (auto reason : reconcile_reasons)
    requests_.push_back(&requests.Add({{"reason", std::string{reason}}}));

  auto& runs = counters(to, "volumeviz_events_docker_reconciliation_runs_total",
                        "Reconciliations run, by type. Legacy name, kept by contract.");
  auto& durations = histograms(to, "volumeviz_events_docker_reconciliation_duration_seconds",
                               "How long reconciliations took, by type. "
                               "Legacy name, kept by contract.");
  auto& failures = counters(to, "volumeviz_events_docker_reconciliation_failures_total",
                            "Reconciliations that failed, by type and cause. "
                            "Legacy name, kept by contract.");
  for (auto scope : scopes) {
    const std::string type = to_string(scope);
    runs_[index(scope)] = &runs.Add({{"reconciliation_type", type}});
    durations_[index(scope)] = &durations.Add({{"reconciliation_type", type}}, latency_buckets);
    for (std::size_t i = 0; i < failure_types.size(); ++i)
      failures_[index(scope)][i] = &failures.Add(
          {{"reconciliation_type", type}, {"error_type", to_string(failure_types[i])}});
  }

  auto& drift = counters(to, "volumeviz_events_reconcile_drift_objects_total",
                         "Rows that a reconciliation had to mend after the first one: what events "
                         "had missed.");
  auto& removed = counters(to, "volumeviz_events_docker_resources_removed_total",
                           "Rows removed, by resource and where it was noticed; counted among "
                           "the synced ones, too. Legacy name, kept by contract.");
  auto& rejected =
      counters(to, "volumeviz_events_rejected_rows_total",
               "Resources that are not recorded, by kind: the database can't hold them, "
               "or the daemon's list shows them malformed. Each list counts anew.");
  for (auto kind : row_kinds) {
    auto& synced =
        counters(to, synced_families[index(kind)].name, synced_families[index(kind)].help);
    for (auto op : operations) {
      drift_[index(kind)][index(op)] =
          &drift.Add({{"kind", to_string(kind)}, {"operation", to_string(op)}});
      for (auto source : sources)
        synced_[index(kind)][index(op)][index(source)] =
            &synced.Add({{"operation", to_string(op)}, {"source", to_string(source)}});
    }
    for (auto source : sources)
      removed_[index(kind)][index(source)] =
          &removed.Add({{"resource_type", to_string(kind)}, {"source", to_string(source)}});
    rejected_[index(kind)] = &rejected.Add({{"kind", to_string(kind)}});
  }

  auto& store_failures =
      counters(to, "volumeviz_events_store_failures_total", "Transactions that failed, by cause.");
  for (std::size_t i = 0; i < failure_types.size(); ++i)
    store_failures_[i] = &store_failures.Add({{"error_type", to_string(failure_types[i])}});

  auto& calls_family = histograms(to, "volumeviz_events_docker_calls_duration_seconds",
                                  "How long calls to the Docker daemon took, by call and result.");
  for (std::size_t i = 0; i < calls.size(); ++i)
    for (std::size_t bad = 0; bad < 2; ++bad)
      docker_calls_[i][bad] = &calls_family.Add(
          {{"call", std::string{calls[i]}}, {"result", bad != 0 ? "error" : "ok"}},
          latency_buckets);
}

void inventory_metrics::requested(std::string_view reason, std::uint64_t count) {
  const auto* found = std::find(std::begin(reconcile_reasons), std::end(reconcile_reasons), reason);
  if (found == std::end(reconcile_reasons)) // a reason without a name of its own is some failure
    found = std::find(std::begin(reconcile_reasons), std::end(reconcile_reasons), "failure");
  add(*requests_[static_cast<std::size_t>(found - std::begin(reconcile_reasons))], count);
}

void inventory_metrics::run(reconcile_scope scope, double took) {
  runs_[index(scope)]->Increment();
  durations_[index(scope)]->Observe(took);
}

void inventory_metrics::run_failed(reconcile_scope scope, ec why) {
  failures_[index(scope)][failure_index(why)]->Increment();
}

void inventory_metrics::drift(row_kind kind, operation op, std::uint64_t count) {
  add(*drift_[index(kind)][index(op)], count);
}

void inventory_metrics::synced(row_kind kind, operation op, change_source source,
                               std::uint64_t count) {
  add(*synced_[index(kind)][index(op)][index(source)], count);
  if (op == operation::remove)
    add(*removed_[index(kind)][index(source)], count);
}

void inventory_metrics::rejected(row_kind kind, std::uint64_t count) {
  add(*rejected_[index(kind)], count);
}

void inventory_metrics::store_failed(ec why) {
  store_failures_[failure_index(why)]->Increment();
}

void inventory_metrics::docker_call(std::string_view call, double took, bool ok) {
  const auto* found =
      std::find(calls.begin(), calls.end() - 1, call); // what is not listed is "other"
  docker_calls_[static_cast<std::size_t>(found - calls.begin())][ok ? 0 : 1]->Observe(took);
}

} // namespace volumeviz::metrics
