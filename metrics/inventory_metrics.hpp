#pragma once

#include "metrics/families.hpp"

namespace volumeviz::metrics {

/// Reconciliations.
struct reconcile_metrics {
  void run(reconcile_scope scope, seconds took) {
    runs(scope).add();
    durations(scope).observe(took);
  }

  prometheus::Registry& to;
  table<counter, list_reason> requests{
      to,
      "volumeviz_events_reconcile_requests_total",
      "Reconciliations asked for, by reason; several may share a run.",
      {"reason"}};
  table<counter, reconcile_scope> runs{
      to,
      "volumeviz_events_docker_reconciliation_runs_total",
      "Reconciliations run, by type. Legacy name, kept by contract.",
      {"reconciliation_type"}};
  table<histogram, reconcile_scope> durations{
      to,
      "volumeviz_events_docker_reconciliation_duration_seconds",
      "How long reconciliations took, by type. Legacy name, kept by contract.",
      {"reconciliation_type"},
      buckets::duration};
  table<counter, reconcile_scope, ec> failures{
      to,
      "volumeviz_events_docker_reconciliation_failures_total",
      "Reconciliations that failed, by type and cause. Legacy name, kept by contract.",
      {"reconciliation_type", "error_type"}};
  table<counter, row_kind, operation> drift{
      to,
      "volumeviz_events_reconcile_drift_objects_total",
      "Rows that a reconciliation after the first one had to repair, since no event had announced "
      "the change.",
      {"kind", "operation"}};
  gauge verified{to, "volumeviz_events_verified_timestamp_seconds",
                 "Unix time at which the rows were last proven to agree with the "
                 "daemon; 0 before the first time."};
};

/// Rows written.
struct row_metrics {
  using written = table<counter, operation, change_source>;

  /// A removal also counts as a removed resource.
  void synced(row_kind kind, operation op, change_source source, std::uint64_t count) {
    (kind == row_kind::volume      ? volumes
     : kind == row_kind::container ? containers
                                   : mounts)(op, source)
        .add(count);
    if (op == operation::remove)
      removed(kind, source).add(count);
  }

  prometheus::Registry& to;
  written volumes{to,
                  "volumeviz_events_docker_volumes_synced_total",
                  "Volume rows written, by operation and where the change was noticed. "
                  "Legacy name, kept by contract.",
                  {"operation", "source"}};
  written containers{to,
                     "volumeviz_events_docker_containers_synced_total",
                     "Container rows written, by operation and where the change was noticed. "
                     "Legacy name, kept by contract.",
                     {"operation", "source"}};
  written mounts{to,
                 "volumeviz_events_docker_mounts_synced_total",
                 "Mount rows written, by operation and where the change was noticed. "
                 "Legacy name, kept by contract.",
                 {"operation", "source"}};
  table<counter, row_kind, change_source> removed{
      to,
      "volumeviz_events_docker_resources_removed_total",
      "Rows removed, by resource and where it was noticed; counted among the synced ones, too. "
      "Legacy name, kept by contract.",
      {"resource_type", "source"}};
  table<counter, row_kind> rejected{
      to,
      "volumeviz_events_rejected_rows_total",
      "Resources that are not recorded, by kind: the database can't hold them, or the daemon's "
      "list shows them malformed. Each list counts them again.",
      {"kind"}};
  counter replaced_text{to, "volumeviz_events_replaced_text_total",
                        "Strings in which a character that no database can hold was replaced."};
};

/// The database.
struct store_metrics {
  prometheus::Registry& to;
  histogram batch_size{to, "volumeviz_events_store_batch_size",
                       "Batches of changes written in one transaction.", buckets::size};
  histogram batch_duration{to, "volumeviz_events_store_batch_duration_seconds",
                           "How long one transaction took, commit included.", buckets::latency};
  table<counter, ec> failures{to,
                              "volumeviz_events_store_failures_total",
                              "Transactions that failed, by cause.",
                              {"error_type"}};
  gauge standby{to, "volumeviz_events_standby",
                "1 while another node writes this host's rows, else 0."};
};

/// Calls to the Docker daemon.
struct docker_metrics {
  prometheus::Registry& to;
  table<histogram, docker_call, call_result> calls{
      to,
      "volumeviz_events_docker_calls_duration_seconds",
      "How long calls to the Docker daemon took, by call and result.",
      {"call", "result"},
      buckets::duration};
};

} // namespace volumeviz::metrics
