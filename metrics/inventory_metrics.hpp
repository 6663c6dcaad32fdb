#pragma once

#include "messages/changes.hpp"
#include "messages/reconcile.hpp"
#include "metrics/families.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace volumeviz::metrics {

/// The numbers about reconciliations, rows, the store and calls to Docker.
class inventory_metrics {
public:
  /// An agent has no database.
  inventory_metrics(prometheus::Registry& registry, bool has_database);

  void requested(std::string_view reason, std::uint64_t count);
  void run(reconcile_scope scope, double took);
  void run_failed(reconcile_scope scope, ec why);
  void drift(row_kind kind, operation op, std::uint64_t count);
  void synced(row_kind kind, operation op, change_source source, std::uint64_t count);
  void rejected(row_kind kind, std::uint64_t count);
  void store_failed(ec why);
  void docker_call(std::string_view call, double took, bool ok);

private:
  template <class Metric, std::size_t Rows, std::size_t Columns>
  using table = std::array<std::array<Metric*, Columns>, Rows>;

  static constexpr std::array<std::string_view, 5> calls{"identify", "list", "inspect", "events",
                                                         "other"};

  std::vector<counter*> requests_; ///< in the order of reconcile_reasons
  std::array<counter*, 3> runs_{}; ///< by reconcile_scope
  std::array<histogram*, 3> durations_{};
  table<counter, 3, failure_types.size()> failures_{};
  table<counter, 3, 3> drift_{};                 ///< row_kind, operation
  std::array<table<counter, 3, 2>, 3> synced_{}; ///< row_kind, operation, change_source
  table<counter, 3, 2> removed_{};               ///< row_kind, change_source
  std::array<counter*, 3> rejected_{};
  std::array<counter*, failure_types.size()> store_failures_{};
  table<histogram, calls.size(), 2> docker_calls_{}; ///< call, ok or error

public:
  gauge& verified_timestamp;
  counter& replaced_text;
  histogram& store_batch_size;
  histogram& store_batch_duration;
  gauge* database_up; ///< null without a database
  gauge& standby;
};

} // namespace volumeviz::metrics
