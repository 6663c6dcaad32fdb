#include "actors/inventory/drift_reports.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace volumeviz {

drift_reports::drift_reports(resource_handler_actor::pointer self, context_ptr context,
                             const sync::work_plan& plan, const sync::kept_rows& kept,
                             const problem_log& problems)
    : self_(self), context_(std::move(context)), plan_(plan), kept_(kept), problems_(problems) {
}

void drift_reports::event_came(const docker_event& event, const event_meaning& meaning) {
  if (meaning.whole_kind || (meaning.gone && event.id.empty()))
    watch_.clear_removals();
  else
    watch_.clear(event.id);
}

void drift_reports::suspect(const sync::committed_fetch& x) {
  const auto comparable = listed_before_;
  listed_before_ |= x.asked.list;
  if (!comparable)
    return;
  for (const auto& change : x.written.changes)
    if (is_unannounced(change, x))
      watch_.suspect(change.key, change.kind, change.op, self_->clock().now());
  for (const auto& change : x.written.more_changes)
    if (x.asked.list)
      watch_.add_unjudged(change.count);
}

bool drift_reports::is_unannounced(const row_change& x, const sync::committed_fetch& of) const {
  // An inspect follows an event or a list. Of the rows that lists lack, inspects delete some for
  // the list.
  const auto by_list = of.asked.list || (x.op == operation::remove && kept_.contains(x.key));
  if (!by_list || plan_.keys().covered_by_event(x.key) || problems_.left_out_before(x.key))
    return false;
  // That a row stays although the list lacks it, or is shown again, changes only its status.
  const auto changed_status =
      x.kind == row_kind::volume && x.op == operation::update
      && (kept_.contains(x.key) || kept_.more() > 0
          || std::ranges::find(of.written.spared, x.key) != of.written.spared.end());
  return !changed_status;
}

void drift_reports::report_due(sync::time_point now) {
  auto drift = watch_.due(now);
  if (drift.empty())
    return;
  constexpr std::size_t shown = 20;
  std::vector<std::string> keys;
  for (const auto& x : drift)
    if (keys.size() < shown)
      keys.push_back(fmt::format("{} {} {}", to_string(x.op), to_string(x.kind), x.key));
  context_->log->warn(
      "a reconciliation has repaired {} rows whose changes no event announced: {}{}", drift.size(),
      fmt::join(keys, ", "), drift.size() > shown ? ", …" : "");
  self_->send(context_->handles.metrics, atom::drift_v, std::move(drift));
}

} // namespace volumeviz
