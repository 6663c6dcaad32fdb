#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "sync/reconcile_ledger.hpp"

#include <spdlog/logger.h>

#include <array>
#include <chrono>
#include <memory>
#include <random>
#include <string>

namespace volumeviz {

/// What the reconciler needs.
struct reconciler_parts {
  std::string host;
  std::chrono::milliseconds interval{1'800'000}; ///< 0: no periodic runs
  resource_handler_actor volumes;
  resource_handler_actor containers;
  inventory_store_actor store;
  metrics_aggregator_actor metrics;
  health_reporter_actor health;
  std::shared_ptr<sync::reconcile_ledger> ledger; ///< the record survives a restart of its keeper
  std::shared_ptr<spdlog::logger> log;
  wall_clock now = system_now;
  std::uint64_t seed = 0;
};

/// RECONCILER: decides *when* everything is stale (start, reconnect, interval, demand; overflow,
/// damage and failures are noticed by the handlers themselves), and keeps the record of the runs.
/// The handlers do the work. Also knows up to when the rows are proven, and writes that into the
/// host's row.
class reconciler {
public:
  using interface = reconciler_actor;

  reconciler(interface::pointer self, reconciler_parts parts);
  interface::behavior_type make_behavior();

private:
  caf::result<reconcile_ticket> demand(reconcile_scope scope);
  void stream_changed(const stream_report& report);
  void listing(resource_kind kind, std::uint64_t run_id);
  void listed(const list_report& report);
  void barrier(timestamp at);
  void verified(resource_kind kind, timestamp at);
  void interval_over(std::uint64_t number);
  void write_host();
  void host_written(const write_answer& answer, timestamp proven);
  void distrust_rows();

  reconcile_ticket request(reconcile_scope scope, list_reason reason);
  void schedule_interval();
  void tell();

  interface::pointer self_;
  reconciler_parts parts_;
  sync::reconcile_ledger& ledger_;
  std::minstd_rand random_;
  stream_report stream_;
  std::array<timestamp, 2> verified_{never, never}; ///< by resource_kind
  timestamp written_verified_ = never;
  bool connected_before_ = false;
  bool writing_host_ = false;
  bool locked_out_ = false;    ///< another node writes the host's rows
  std::uint64_t interval_ = 0; ///< of the tick that counts
};

} // namespace volumeviz
