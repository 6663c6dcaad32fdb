#pragma once

#include "actors/actor_context.hpp"
#include "actors/inventory/problem_log.hpp"
#include "sync/committed_fetch.hpp"
#include "sync/drift_watch.hpp"
#include "sync/kept_rows.hpp"

#include <optional>

namespace volumeviz {

/// Reports drift: changes that a list found and that no event announced in time. The first list
/// finds only what happened before this program watched, so it shows no drift.
class drift_reports {
public:
  drift_reports(resource_handler_actor::pointer self, context_ptr context,
                const sync::work_plan& plan, const sync::kept_rows& kept,
                const problem_log& problems);

  /// An event announces a change.
  void event_came(const docker_event& event, const event_meaning& meaning);
  /// The store has committed a fetch that is not completed yet. What it changed without an event
  /// may be drift.
  void suspect(const sync::committed_fetch& x);
  /// Reports what no event has announced in time.
  void report_due(sync::time_point now);
  std::optional<sync::time_point> next_due() const { return watch_.next_due(); }

private:
  bool is_unannounced(const row_change& x, const sync::committed_fetch& of) const;

  resource_handler_actor::pointer self_;
  context_ptr context_;
  const sync::work_plan& plan_;
  const sync::kept_rows& kept_;
  const problem_log& problems_;
  sync::drift_watch watch_;
  bool listed_before_ = false;
};

} // namespace volumeviz
