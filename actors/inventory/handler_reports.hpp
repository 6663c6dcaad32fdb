#pragma once

#include "actors/inventory/drift_reports.hpp"
#include "actors/inventory/problem_log.hpp"
#include "actors/inventory/trouble_reports.hpp"
#include "actors/inventory/work_reports.hpp"

namespace volumeviz {

/// Everything that a handler reports: to the log, the metrics, the health reporter and the
/// reconciler. Refers to `parts`, `plan` and `kept`, which must outlive it.
struct handler_reports {
  handler_reports(resource_handler_actor::pointer self, const context_ptr& context,
                  const handler_parts& parts, const sync::work_plan& plan,
                  const sync::kept_rows& kept)
      : trouble(self, context, parts), problems(self, context, parts.kind),
        drift(self, context, plan, kept, problems), work(self, context, parts, plan, kept) {}

  // The parts refer to each other.
  handler_reports(const handler_reports&) = delete;
  handler_reports& operator=(const handler_reports&) = delete;

  trouble_reports trouble;
  problem_log problems;
  drift_reports drift;
  work_reports work;
};

} // namespace volumeviz
