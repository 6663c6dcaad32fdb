#include "actors/observers/metrics_aggregator.hpp"

#include <algorithm>

namespace volumeviz {

namespace {

// Below the two seconds that the HTTP server waits for the text.
constexpr auto roster_limit = std::chrono::seconds{1};

} // namespace

metrics_aggregator::metrics_aggregator(interface::pointer self, context_ptr context,
                                       aggregator_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)) {
  auto slots = parts_.slots;
  context_->numbers->actors_from([slots] {
    std::vector<actor_report> reports;
    for (const auto& slot : slots)
      reports.push_back(slot->report());
    return reports;
  });
  // After a restart: the actor before this one has counted these.
  auto totals = context_->numbers->totals();
  dropped_ = totals.dropped;
  reconnects_ = totals.reconnects;
}

metrics_aggregator::interface::behavior_type metrics_aggregator::make_behavior() {
  if (parts_.stats_interval.count() > 0)
    self_->delayed_send<caf::message_priority::high>(self_, parts_.stats_interval,
                                                     atom::stats_due_v);
  return {
      [this](const work_report& report) { work_done(report); },
      [this](const list_report& report) { listed(report); },
      [this](const stream_report& report) { stream_changed(report); },
      [this](const store_report& report) { store_changed(report); },
      [this](const reconcile_status& status) { context_->numbers->verified(status.verified_at); },
      [this](atom::run_done, double seconds) {
        context_->numbers->reconcile_run(reconcile_scope::full, metrics::seconds{seconds});
      },
      [this](atom::drift, const std::vector<row_change>& changes) { drifted(changes); },
      // Of which type they were is not known any more.
      [this](atom::lost, std::uint64_t count) {
        context_->numbers->event_failed(ec::internal, {}, count);
      },
      [this](atom::stats_due) { log_actors(); },
      [this](atom::render) { return render(); },
      [this](atom::counters) { return counters(); },
      [this](atom::actors) { return actors(); },
      [](atom::alive) { return true; },
  };
}

void metrics_aggregator::work_done(const work_report& report) {
  auto& numbers = *context_->numbers;
  const auto& catalogue = event_catalogue();
  for (const auto& x : report.processed) {
    numbers.event_processed(catalogue.at(x.meaning), x.count);
    if (x.oldest != never)
      numbers.apply_latency(
          metrics::seconds{static_cast<double>(report.committed_at - x.oldest) / 1e9});
  }
  for (const auto& x : report.failed)
    numbers.event_failed(report.failed_why, catalogue.at(x.meaning).event_type, x.count);
  for (const auto& x : report.rows)
    numbers.synced(x.kind, x.op, x.source, x.count);
  if (report.rejected > 0)
    numbers.rejected(report.kind == resource_kind::volume ? row_kind::volume : row_kind::container,
                     report.rejected);
  if (report.replaced_text > 0)
    numbers.replaced_text(report.replaced_text);
  numbers.pending_keys(report.kind, report.pending);
  numbers.unverified(report.kind, report.unverified);
}

void metrics_aggregator::listed(const list_report& report) {
  auto scope =
      report.kind == resource_kind::volume ? reconcile_scope::volumes : reconcile_scope::containers;
  for (auto reason : report.reasons)
    context_->numbers->reconcile_requested(to_string(reason));
  context_->numbers->reconcile_run(scope, metrics::seconds{report.seconds});
  if (!report.ok)
    context_->numbers->reconcile_failed(scope, report.why.code);
}

void metrics_aggregator::stream_changed(const stream_report& report) {
  context_->numbers->connected(report.connected);
  for (; reconnects_ < report.reconnects; ++reconnects_)
    context_->numbers->reconnected();
  if (report.lived_seconds > 0)
    context_->numbers->stream_ended(metrics::seconds{report.lived_seconds});
}

void metrics_aggregator::store_changed(const store_report& report) {
  context_->numbers->database_up(report.up);
  context_->numbers->standby(report.standby);
  if (report.batches > 0 && report.up)
    context_->numbers->store_batch(report.batches, metrics::seconds{report.seconds});
  if (!report.up)
    context_->numbers->store_failed(report.why.code);
}

void metrics_aggregator::drifted(const std::vector<row_change>& changes) {
  for (const auto& x : changes)
    context_->numbers->drift(x.kind, x.op, 1);
}

void metrics_aggregator::log_actors() {
  self_->delayed_send<caf::message_priority::high>(self_, parts_.stats_interval, atom::stats_due_v);
  for (const auto& slot : parts_.slots) {
    auto x = slot->report();
    context_->log->info(
        "actor={} mailbox={} handled={} busy_ms={} restarts={} dropped={} state={} parent={}",
        x.name, x.mailbox, x.handled, x.busy_ms, x.restarts, x.dropped, x.state,
        x.parent.empty() ? "-" : x.parent);
  }
}

caf::result<std::string> metrics_aggregator::render() {
  collect_dropped();
  if (!context_->handles.roster)
    return context_->numbers->render();
  auto answer = self_->make_response_promise<std::string>();
  self_->request(context_->handles.roster, roster_limit, atom::hosts_v)
      .then(
          [this, answer](const std::vector<host_report>& hosts) mutable {
            answer.deliver(context_->numbers->render(hosts, context_->now()));
          },
          // Without the series of hosts: old values would look like current ones.
          [this, answer](const caf::error&) mutable {
            answer.deliver(context_->numbers->render());
          });
  return answer;
}

event_counters metrics_aggregator::counters() {
  collect_dropped();
  auto totals = context_->numbers->totals();
  return {.processed = totals.processed,
          .failed = totals.failed,
          .dropped = totals.dropped,
          .waiting = parts_.queue->waiting(),
          .last_event = parts_.memory->last_event,
          .last_event_received = parts_.memory->last_event_received};
}

std::vector<actor_report> metrics_aggregator::actors() const {
  std::vector<actor_report> reports;
  for (const auto& slot : parts_.slots)
    reports.push_back(slot->report());
  return reports;
}

void metrics_aggregator::collect_dropped() {
  std::uint64_t dropped = 0;
  for (const auto& slot : parts_.slots)
    dropped += slot->dropped;
  // A hub has no events: its sessions refuse chunks.
  for (auto i = dropped_; context_->handles.roster && i < dropped; ++i)
    context_->numbers->link_refused();
  if (!context_->handles.roster && dropped > dropped_)
    context_->numbers->event_dropped(dropped - dropped_);
  dropped_ = std::max(dropped_, dropped);
  context_->numbers->queue_size(parts_.queue->waiting());
}

} // namespace volumeviz
