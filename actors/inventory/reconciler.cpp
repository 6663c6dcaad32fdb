#include "actors/inventory/reconciler.hpp"

#include "sync/backoff.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

// How often the host's row is written while its time of verification moves.
constexpr auto host_interval = std::chrono::seconds{10};
constexpr auto host_write_limit = std::chrono::minutes{1};
// A change younger than this may be missing in the lists that follow the opening of a stream: the
// API may lag behind its events by 1.5 s.
constexpr timestamp api_lag = 2'000'000'000;

std::string describe_reasons(const std::vector<list_reason>& reasons) {
  std::vector<const char*> words;
  words.reserve(reasons.size());
  for (auto x : reasons)
    words.push_back(to_string(x));
  return fmt::format("{}", fmt::join(words, ","));
}

} // namespace

reconciler::reconciler(interface::pointer self, context_ptr context, reconciler_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)), ledger_(*parts_.ledger),
      random_(sync::seeded(context_->seed)) {
}

reconciler::interface::behavior_type reconciler::make_behavior() {
  self_->delayed_send<caf::message_priority::high>(self_, host_interval, atom::host_row_due_v);
  return {
      [this](atom::reconcile, reconcile_scope scope) { return demand(scope); },
      [this](const stream_report& report) { stream_changed(report); },
      [this](atom::listing, resource_kind kind, std::uint64_t run_id) { listing(kind, run_id); },
      [this](const list_report& report) { listed(report); },
      [this](atom::barrier, timestamp at) { barrier(at); },
      [this](atom::verified, resource_kind kind, timestamp at) { verified(kind, at); },
      [this](atom::interval_due, std::uint64_t number) { interval_over(number); },
      [this](atom::host_row_due) { host_row_due(); },
      [](atom::alive) { return true; },
  };
}

caf::result<reconcile_ticket> reconciler::demand(reconcile_scope scope) {
  if (!stream_.connected)
    return caf::make_error(caf::sec::invalid_argument,
                           "Docker is not connected: " + stream_.why.text);
  return request(scope, list_reason::demand);
}

reconcile_ticket reconciler::request(reconcile_scope scope, list_reason reason) {
  auto wanted = ledger_.request(scope, reason, self_->clock().now());
  // A run that is recorded as waiting may have been listed while this reconciler was restarting,
  // thus before the stream that has just opened.
  const auto opened = reason == list_reason::start || reason == list_reason::reconnect;
  if (wanted.is_new || opened) {
    if (covers(scope, resource_kind::volume))
      self_->send(context_->handles.volumes, atom::reconcile_v, reason, wanted.ticket.run_id);
    if (covers(scope, resource_kind::container))
      self_->send(context_->handles.containers, atom::reconcile_v, reason, wanted.ticket.run_id);
  }
  return wanted.ticket;
}

void reconciler::stream_changed(const stream_report& report) {
  auto opened = report.connected && !stream_.connected;
  stream_ = report;
  if (!opened)
    return;
  // Watch first, then list: a change before the stream opened is in its overlap or in the lists.
  request(reconcile_scope::full,
          std::exchange(connected_before_, true) ? list_reason::reconnect : list_reason::start);
  barrier(report.connected_since - api_lag);
  schedule_interval();
  write_host();
}

void reconciler::listing(resource_kind kind, std::uint64_t run_id) {
  ledger_.list_started(kind, run_id, self_->clock().now());
}

void reconciler::listed(const list_report& report) {
  const auto* kind = plural(report.kind);
  auto first = !ledger_.initial_done();
  auto changed = report.created + report.updated + report.removed;
  if (report.ok)
    context_->log->log(
        changed > 0 || first ? spdlog::level::info : spdlog::level::debug,
        "reconciled {} {} in {:.0f} ms (reason {}): {} rows created, {} updated, {} removed",
        report.found, kind, report.seconds * 1e3, describe_reasons(report.reasons), report.created,
        report.updated, report.removed);
  for (const auto& warning : report.warnings)
    context_->log->warn("the daemon's list of {} is partial, so no row was deleted: {}", kind,
                        warning);
  for (const auto& run :
       ledger_.list_finished(report.kind, report.run_id, report.ok, self_->clock().now()))
    if (run.scope == reconcile_scope::full)
      self_->send(context_->handles.metrics, atom::run_done_v,
                  std::chrono::duration<double>(run.duration).count());
  if (first && ledger_.initial_done())
    context_->log->info("the first full reconciliation is done: the inventory is complete");
  publish_status();
}

void reconciler::barrier(timestamp at) {
  if (!stream_.connected)
    return;
  // These follow the lists of the new connection, and every event that was read before.
  self_->send(context_->handles.volumes, atom::barrier_v, at);
  self_->send(context_->handles.containers, atom::barrier_v, at);
}

void reconciler::verified(resource_kind kind, timestamp at) {
  verified_[static_cast<std::size_t>(kind)] = at;
  publish_status();
}

void reconciler::interval_over(std::uint64_t number) {
  if (number != interval_)
    return;
  if (stream_.connected)
    request(reconcile_scope::full, list_reason::interval);
  schedule_interval();
}

void reconciler::schedule_interval() {
  if (parts_.interval.count() == 0)
    return;
  // Jitter: hosts that were started together must not list in the same second for ever.
  auto spread = std::uniform_real_distribution<double>{0.95, 1.05}(random_);
  auto wait = std::chrono::duration_cast<std::chrono::nanoseconds>(parts_.interval * spread);
  self_->delayed_send<caf::message_priority::high>(self_, wait, atom::interval_due_v, ++interval_);
}

void reconciler::host_row_due() {
  self_->delayed_send<caf::message_priority::high>(self_, host_interval, atom::host_row_due_v);
  write_host();
}

void reconciler::write_host() {
  const auto at = verified_at();
  if (!stream_.connected || writing_host_ || (at == written_verified_ && at != never))
    return;
  change_batch batch;
  batch.host = context_->host;
  batch.facts = {.engine_id = stream_.engine_id,
                 .engine_version = stream_.engine_version,
                 .last_seen_at = context_->now(),
                 .verified_at = at};
  writing_host_ = true;
  self_->request(context_->handles.store, host_write_limit, std::move(batch))
      .then([this, at](const write_answer& answer) { host_written(answer, at); },
            [this](const caf::error&) { writing_host_ = false; });
}

void reconciler::host_written(const write_answer& answer, timestamp at) {
  writing_host_ = false;
  if (answer.ok)
    written_verified_ = at;
  const auto was_locked_out = std::exchange(locked_out_, answer.summary.locked_out);
  if ((locked_out_ && !was_locked_out) || answer.summary.taken_anew)
    list_lost_rows();
}

/// Another node writes the host's rows, or has written them meanwhile, so the rows are not verified
/// any more. A list that waits to be written holds the time of verification back.
void reconciler::list_lost_rows() {
  self_->send(context_->handles.volumes, atom::reconcile_v, list_reason::lost_rows,
              std::uint64_t{0});
  self_->send(context_->handles.containers, atom::reconcile_v, list_reason::lost_rows,
              std::uint64_t{0});
}

timestamp reconciler::verified_at() const {
  return *std::min_element(verified_.begin(), verified_.end());
}

void reconciler::publish_status() {
  reconcile_status status{.full_runs = ledger_.full_runs(),
                          .volume_runs = ledger_.volume_runs(),
                          .container_runs = ledger_.container_runs(),
                          .initial_done = ledger_.initial_done(),
                          .verified_at = verified_at()};
  self_->send(context_->handles.metrics, status);
  self_->send(context_->handles.health, status);
}

} // namespace volumeviz
