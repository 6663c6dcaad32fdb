#include "actors/observers/metrics_aggregator.hpp"

#include <algorithm>

namespace volumeviz {

namespace {

// Below the two seconds that the HTTP server waits for the text.
constexpr auto hosts_limit = std::chrono::seconds{1};

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
  dropped_ = context_->numbers->events.dropped.value();
  reconnects_ = context_->numbers->stream.reconnects.value();
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
      [this](const reconcile_status& status) {
        context_->numbers->reconciliations.verified.set_time(status.verified_at);
      },
      [this](atom::run_done, double seconds) {
        context_->numbers->reconciliations.run(reconcile_scope::full, metrics::seconds{seconds});
      },
      [this](atom::drift, const std::vector<row_change>& changes) { drifted(changes); },
      // Of which type they were is not known any more.
      [this](atom::lost, std::uint64_t count) {
        context_->numbers->events.failed(ec::internal, {}, count);
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
    numbers.events.processed(catalogue.at(x.meaning), x.count);
    if (x.oldest != never)
      numbers.events.apply_latency.observe(
          metrics::seconds{static_cast<double>(report.committed_at - x.oldest) / 1e9});
  }
  for (const auto& x : report.failed)
    numbers.events.failed(report.failed_why, catalogue.at(x.meaning).event_type, x.count);
  for (const auto& x : report.rows)
    numbers.rows.synced(x.kind, x.op, x.source, x.count);
  if (report.rejected > 0)
    numbers.rows
        .rejected(report.kind == resource_kind::volume ? row_kind::volume : row_kind::container)
        .add(report.rejected);
  if (report.replaced_text > 0)
    numbers.rows.replaced_text.add(report.replaced_text);
  numbers.events.pending_keys(report.kind).set(report.pending);
  numbers.events.unverified(report.kind).set(report.unverified);
}

void metrics_aggregator::listed(const list_report& report) {
  auto scope =
      report.kind == resource_kind::volume ? reconcile_scope::volumes : reconcile_scope::containers;
  for (auto reason : report.reasons)
    context_->numbers->reconciliations.requests(reason).add();
  context_->numbers->reconciliations.run(scope, metrics::seconds{report.seconds});
  if (!report.ok)
    context_->numbers->reconciliations.failures(scope, report.why.code).add();
}

void metrics_aggregator::stream_changed(const stream_report& report) {
  context_->numbers->stream.connected.set(report.connected);
  for (; reconnects_ < report.reconnects; ++reconnects_)
    context_->numbers->stream.reconnects.add();
  if (report.lived_seconds > 0)
    context_->numbers->stream.duration.observe(metrics::seconds{report.lived_seconds});
}

void metrics_aggregator::store_changed(const store_report& report) {
  context_->numbers->database_up.set(report.up);
  context_->numbers->store.standby.set(report.standby);
  if (report.batches > 0 && report.up) {
    context_->numbers->store.batch_size.observe(report.batches);
    context_->numbers->store.batch_duration.observe(metrics::seconds{report.seconds});
  }
  if (!report.up)
    context_->numbers->store.failures(report.why.code).add();
}

void metrics_aggregator::drifted(const std::vector<row_change>& changes) {
  for (const auto& x : changes)
    context_->numbers->reconciliations.drift(x.kind, x.op).add();
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
  self_->request(context_->handles.roster, hosts_limit, atom::hosts_v)
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
  const auto& events = context_->numbers->events;
  return {.processed = events.processed_total(),
          .failed = events.failed_total(),
          .dropped = events.dropped.value(),
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
  auto& refused = context_->handles.roster ? context_->numbers->agents.refused
                                           : context_->numbers->events.dropped;
  if (dropped > dropped_)
    refused.add(dropped - dropped_);
  dropped_ = std::max(dropped_, dropped);
  context_->numbers->events.queue_size.set(parts_.queue->waiting());
}

} // namespace volumeviz
