#pragma once

#include "actors/actor_context.hpp"
#include "sync/reconcile_ledger.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <random>

namespace volumeviz {

struct reconciler_parts {
  /// Between periodic runs; 0 for none.
  std::chrono::milliseconds interval{1'800'000};
  /// The record of runs. It survives a restart of the reconciler.
  std::shared_ptr<sync::reconcile_ledger> ledger;
};

/// RECONCILER: decides when everything is stale, and keeps the record of the runs. It starts a run
/// after a start, a reconnect, an interval and a demand; the handlers notice overflow, damage and
/// failures themselves, and do the lists. It also knows up to when the rows are verified, and
/// writes that time into the host's row.
class reconciler {
public:
  using interface = reconciler_actor;

  reconciler(interface::pointer self, context_ptr context, reconciler_parts parts);
  interface::behavior_type make_behavior();

private:
  caf::result<reconcile_ticket> demand(reconcile_scope scope);
  void stream_changed(const stream_report& report);
  void listing(resource_kind kind, std::uint64_t run_id);
  void listed(const list_report& report);
  void barrier(timestamp at);
  void verified(resource_kind kind, timestamp at);
  void interval_over(std::uint64_t number);
  void host_row_due();
  void write_host();
  void host_written(const write_answer& answer, timestamp at);
  void list_lost_rows();

  reconcile_ticket request(reconcile_scope scope, list_reason reason);
  void schedule_interval();
  void publish_status();
  timestamp verified_at() const;

  interface::pointer self_;
  context_ptr context_;
  reconciler_parts parts_;
  sync::reconcile_ledger& ledger_;
  std::minstd_rand random_;
  stream_report stream_;
  /// The low watermark of each kind, by resource_kind.
  std::array<timestamp, 2> verified_{never, never};
  /// As the host's row has it.
  timestamp written_verified_ = never;
  bool connected_before_ = false;
  bool writing_host_ = false;
  /// Another node writes the host's rows.
  bool locked_out_ = false;
  /// The number of the interval that counts; messages of earlier ones are ignored.
  std::uint64_t interval_ = 0;
};

} // namespace volumeviz
