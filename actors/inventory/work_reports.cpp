#include "actors/inventory/work_reports.hpp"

#include <map>
#include <tuple>
#include <utility>

namespace volumeviz {

namespace {

std::vector<event_count> counts_of(const std::vector<sync::event_tally>& tallies) {
  std::vector<event_count> counts;
  counts.reserve(tallies.size());
  const auto* first = event_catalogue().data();
  for (const auto& x : tallies)
    counts.push_back({static_cast<std::uint32_t>(x.meaning - first), x.count, x.oldest});
  return counts;
}

std::uint64_t total(const std::vector<sync::event_tally>& tallies) {
  std::uint64_t n = 0;
  for (const auto& x : tallies)
    n += x.count;
  return n;
}

std::uint64_t& count_of(list_report& report, operation op) {
  return op == operation::create   ? report.created
         : op == operation::update ? report.updated
                                   : report.removed;
}

} // namespace

std::vector<row_count> work_reports::count_rows(const sync::committed_fetch& x) const {
  std::map<std::tuple<row_kind, operation, change_source>, std::uint64_t> counts;
  for (const auto& change : x.written.changes) {
    const auto source =
        plan_.keys().requested(change.key) ? change_source::event : change_source::reconciliation;
    ++counts[{change.kind, change.op, source}];
  }
  const auto source = x.asked.list ? change_source::reconciliation : change_source::event;
  for (const auto& change : x.written.more_changes)
    counts[{change.kind, change.op, source}] += change.count;
  std::vector<row_count> rows;
  rows.reserve(counts.size());
  for (const auto& [what, n] : counts)
    rows.push_back({std::get<0>(what), std::get<1>(what), std::get<2>(what), n});
  return rows;
}

void work_reports::ended(ended_work&& work) {
  work_report report{.kind = parts_.kind,
                     .processed = counts_of(work.events.processed),
                     .failed = counts_of(work.events.failed),
                     .failed_why = work.failed_why,
                     .committed_at = context_->now(),
                     .rows = std::move(work.rows),
                     .rejected = work.rejected,
                     .replaced_text = work.replaced_text,
                     .pending = plan_.keys().pending(),
                     .unverified = plan_.keys().set_aside().size() + kept_.without_turn()};
  if (work.replaced_text > 0)
    context_->log->warn("replaced what is not valid text (U+0000, or bytes that are not UTF-8) by "
                        "U+FFFD in {} strings",
                        work.replaced_text);
  // Count last. If the handler dies before this line, its supervisor counts these events as failed.
  parts_.slot->completed += total(work.events.processed) + total(work.events.failed);
  self_->send(context_->handles.metrics, std::move(report));
}

void work_reports::list_began(const sync::fetch& asked) {
  self_->send(context_->handles.reconciler, atom::listing_v, parts_.kind, asked.run_id);
}

void work_reports::list_committed(const sync::committed_fetch& x, seconds took) {
  auto report = report_of(x.asked, took);
  report.ok = true;
  report.found = count_present(x.seen.batch.volumes) + count_present(x.seen.batch.containers);
  report.warnings = x.seen.warnings;
  for (const auto& change : x.written.changes)
    ++count_of(report, change.op);
  for (const auto& change : x.written.more_changes)
    count_of(report, change.op) += change.count;
  send(std::move(report));
}

void work_reports::list_failed(const sync::fetch& asked, const failure& why, seconds took) {
  auto report = report_of(asked, took);
  report.why = why;
  send(std::move(report));
}

void work_reports::list_locked_out(const sync::fetch& asked, const failure& why) {
  auto report = report_of(asked, {});
  report.why = why;
  self_->send(context_->handles.reconciler, std::move(report));
}

list_report work_reports::report_of(const sync::fetch& asked, seconds took) const {
  return {.kind = parts_.kind,
          .reasons = {asked.reasons.begin(), asked.reasons.end()},
          .run_id = asked.run_id,
          .why = {},
          .seconds = took.count(),
          .warnings = {}};
}

void work_reports::send(list_report&& report) {
  self_->send(context_->handles.metrics, report);
  self_->send(context_->handles.reconciler, std::move(report));
}

void work_reports::verified() {
  if (plan_.status().verified == verified_)
    return;
  verified_ = plan_.status().verified;
  self_->send(context_->handles.reconciler, atom::verified_v, parts_.kind, verified_);
}

} // namespace volumeviz
