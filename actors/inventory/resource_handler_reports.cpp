// What a handler tells of its work: to the log, the metrics, health and the reconciler.

#include "actors/inventory/change_words.hpp"
#include "actors/inventory/resource_handler.hpp"
#include "text/secrets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>
#include <string_view>
#include <tuple>
#include <utility>

namespace volumeviz {

namespace {

std::vector<event_count> counts_of(const std::vector<sync::event_tally>& tallies) {
  std::vector<event_count> counts;
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

} // namespace

std::vector<row_count> resource_handler::count_rows(const write_summary& summary) {
  std::map<std::tuple<row_kind, operation, change_source>, std::uint64_t> counts;
  for (const auto& x : summary.changes) {
    auto source =
        plan_.keys().requested(x.key) ? change_source::event : change_source::reconciliation;
    ++counts[{x.kind, x.op, source}];
  }
  const auto source = look_.list ? change_source::reconciliation : change_source::event;
  for (const auto& x : summary.more_changes)
    counts[{x.kind, x.op, source}] += x.count;
  std::vector<row_count> rows;
  for (const auto& [what, n] : counts)
    rows.push_back({std::get<0>(what), std::get<1>(what), std::get<2>(what), n});
  return rows;
}

void resource_handler::suspect_drift(const write_summary& summary) {
  // That a row stays although the list lacks it, or is shown again, is a matter of its status.
  const std::set<std::string> kept{summary.spared.begin(), summary.spared.end()};
  const auto of_status = [&](const row_change& x) {
    return x.kind == row_kind::volume && x.op == operation::update
           && (kept.contains(x.key) || kept_.contains(x.key) || kept_.more() > 0);
  };
  // Inspects find what events have told, or a list; but some of what lists lack goes with them.
  const auto by_list = [&](const row_change& x) {
    return look_.list || (x.op == operation::remove && kept_.contains(x.key));
  };
  for (const auto& x : summary.changes)
    if (by_list(x) && !plan_.keys().covered_by_event(x.key) && !left_out_.left_out_before(x.key)
        && !of_status(x))
      drift_.suspect(x.key, x.kind, x.op, self_->clock().now());
  for (const auto& x : summary.more_changes)
    if (look_.list)
      drift_.add_unjudged(x.count);
}

void resource_handler::report_drift() {
  auto drift = drift_.due(self_->clock().now());
  if (drift.empty())
    return;
  constexpr std::size_t shown = 20;
  std::vector<std::string> keys;
  for (const auto& x : drift)
    if (keys.size() < shown)
      keys.push_back(fmt::format("{} {} {}", to_string(x.op), to_string(x.kind), x.key));
  parts_.log->warn("a reconciliation had to mend {} rows that no event announced: {}{}",
                   drift.size(), fmt::join(keys, ", "), drift.size() > shown ? ", …" : "");
  self_->send(parts_.metrics, atom::drift_v, std::move(drift));
}

void resource_handler::report_work(const sync::completion& done, ec failed_why,
                                   std::vector<row_count> rows, const write_summary& summary) {
  work_report report{.kind = parts_.kind,
                     .processed = counts_of(done.processed),
                     .failed = counts_of(done.failed),
                     .failed_why = failed_why,
                     .committed_at = parts_.now(),
                     .rows = std::move(rows),
                     .rejected =
                         summary.rejected.size() + summary.more_rejected + left_out_.take_count(),
                     .replaced_text = summary.replaced_text,
                     .pending = plan_.keys().pending(),
                     .unverified = plan_.keys().set_aside().size() + kept_.without_turn()};
  if (summary.replaced_text > 0)
    parts_.log->warn("replaced what is not valid text (U+0000, or bytes that are not UTF-8) by "
                     "U+FFFD in {} strings",
                     summary.replaced_text);
  // Last: should this handler die before, they are written off as failed instead of told.
  parts_.slot->settled += total(done.processed) + total(done.failed);
  self_->send(parts_.metrics, std::move(report));
}

void resource_handler::report_rejected(const observation& what, const write_summary& summary) {
  rejected_.written(what, summary, parts_.now());
  auto now = rejected_.report();
  if (now == told_rejected_)
    return;
  told_rejected_ = std::move(now);
  self_->send(parts_.health, told_rejected_);
}

void resource_handler::report_list(bool ok, const failure& why, const observation& what,
                                   const write_summary& summary) {
  std::chrono::duration<double> took = self_->clock().now() - look_began_;
  list_report report{.kind = parts_.kind,
                     .reasons = {look_.reasons.begin(), look_.reasons.end()},
                     .run_id = look_.run_id,
                     .ok = ok,
                     .why = why,
                     .seconds = took.count(),
                     .found =
                         what.batch.volumes.present.size() + what.batch.containers.present.size(),
                     .warnings = what.warnings};
  const auto of = [&report](operation op) -> std::uint64_t& {
    return op == operation::create   ? report.created
           : op == operation::update ? report.updated
                                     : report.removed;
  };
  for (const auto& x : summary.changes)
    ++of(x.op);
  for (const auto& x : summary.more_changes)
    of(x.op) += x.count;
  self_->send(parts_.metrics, report);
  self_->send(parts_.reconciler, std::move(report));
}

void resource_handler::report_left_out(const std::vector<left_out_entry>& entries) {
  left_out_.listed(entries);
  if (left_out_.reason() == left_out_reason_)
    return;
  left_out_reason_ = left_out_.reason();
  self_->send(parts_.health, atom::left_out_v, parts_.kind, left_out_reason_);
}

void resource_handler::report_trouble(const failure& why) {
  in_trouble_ = !why.text.empty();
  self_->send(parts_.health, atom::trouble_v, parts_.kind, why);
}

void resource_handler::report_verified() {
  if (plan_.status().verified == verified_)
    return;
  verified_ = plan_.status().verified;
  self_->send(parts_.reconciler, atom::verified_v, parts_.kind, verified_);
}

void resource_handler::report_unverified() {
  auto now = unverified_.report(plan_.keys().set_aside(), kept_);
  if (now == told_unverified_)
    return;
  if (now.kept > 0 && told_unverified_.kept == 0)
    parts_.log->warn(
        "the daemon's list lacks volumes and nothing shows that they are gone, such as "
        "{} ({} in all): their rows stay, with the status unverified",
        now.first_kept.empty() ? "some of drivers that are away"
                               : text::in_quotes(now.first_kept.front().name),
        now.kept);
  if (now.kept == 0 && told_unverified_.kept > 0)
    parts_.log->info("all volumes that the daemon's list had lacked are there or gone");
  told_unverified_ = std::move(now);
  self_->send(parts_.health, told_unverified_);
}

void resource_handler::log_changes(const change_batch& batch, const write_summary& summary) {
  if (!parts_.log->should_log(spdlog::level::debug))
    return;
  std::map<std::string_view, const container*> seen;
  for (const auto& x : batch.containers.present)
    seen.emplace(x.id, &x);
  for (const auto& x : summary.changes) {
    const auto of = seen.find(x.key);
    parts_.log->debug(spoken(x, of == seen.end() ? nullptr : of->second));
  }
}

} // namespace volumeviz
