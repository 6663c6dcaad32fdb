#include "metrics/metrics.hpp"

#include "metrics/actor_metrics.hpp"
#include "metrics/event_metrics.hpp"
#include "metrics/host_metrics.hpp"
#include "metrics/inventory_metrics.hpp"
#include "metrics/link_metrics.hpp"
#include "metrics/process_metrics.hpp"

#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <optional>
#include <utility>

namespace volumeviz::metrics {

namespace {

/// A difference of two machines' clocks may be negative; as a duration it is none.
double duration(seconds x) {
  return std::max(x.count(), 0.0);
}

double unix_seconds(timestamp at) {
  return static_cast<double>(at) / 1e9;
}

void append(std::vector<prometheus::MetricFamily>& to, std::vector<prometheus::MetricFamily> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

std::string serialize(std::vector<prometheus::MetricFamily> families) {
  std::sort(families.begin(), families.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return prometheus::TextSerializer{}.Serialize(families);
}

} // namespace

struct catalogue::implementation {
  prometheus::Registry registry;
  event_metrics events{registry};
  inventory_metrics inventory;
  std::optional<agent_link_metrics> hub;
  std::optional<hub_link_metrics> agents;
  std::optional<link_front_metrics> front;
  mutable std::mutex mutex; ///< guards `actor_source` only
  std::function<std::vector<actor_report>()> actor_source;

  gauge& link_certificate_expiry =
      gauges(
          registry, "volumeviz_events_link_certificate_expiry_timestamp_seconds",
          "Unix time in seconds when the certificate that agents and hub prove their names with, "
          "or its CA, expires; 0 without one.")
          .Add({});

  explicit implementation(node_role role) : inventory{registry, role != node_role::agent} {
    if (role == node_role::agent)
      hub.emplace(registry);
    if (role == node_role::hub)
      agents.emplace(registry);
    if (role != node_role::standalone)
      front.emplace(registry, role == node_role::hub);
    gauges(registry, "volumeviz_events_build_info", "Always 1; the labels say what is running.")
        .Add({{"version", VOLUMEVIZ_VERSION}, {"compiler", __VERSION__}})
        .Set(1);
  }

  /// Everything but the hosts, in no order.
  std::vector<prometheus::MetricFamily> collect() const {
    auto families = registry.Collect();
    append(families, process_families());
    std::function<std::vector<actor_report>()> actors;
    {
      // Called outside of the lock: it may take a while, and may itself touch the catalogue.
      std::lock_guard lock{mutex};
      actors = actor_source;
    }
    if (actors)
      append(families, actor_families(actors()));
    return families;
  }
};

catalogue::catalogue(node_role role) : impl_{std::make_unique<implementation>(role)} {
}
catalogue::~catalogue() = default;

void catalogue::event_processed(const event_meaning& what, std::uint64_t count) {
  impl_->events.processed(what, count);
}

void catalogue::event_failed(ec why, std::string_view event_type, std::uint64_t count) {
  impl_->events.failed(why, event_type, count);
}

void catalogue::event_dropped(std::uint64_t count) {
  add(impl_->events.dropped, count);
}

void catalogue::event_ignored(std::uint64_t count) {
  add(impl_->events.ignored, count);
}

void catalogue::apply_latency(seconds daemon_time_to_commit) {
  impl_->events.apply_latency.Observe(duration(daemon_time_to_commit));
}

void catalogue::queue_size(std::uint64_t waiting) {
  impl_->events.queue_size.Set(static_cast<double>(waiting));
}

void catalogue::pending_keys(resource_kind kind, std::uint64_t keys) {
  impl_->events.pending_keys[index(kind)]->Set(static_cast<double>(keys));
}

void catalogue::unverified(resource_kind kind, std::uint64_t resources) {
  impl_->events.unverified[index(kind)]->Set(static_cast<double>(resources));
}

void catalogue::connected(bool yes) {
  impl_->events.connection_status.Set(yes ? 1 : 0);
}

void catalogue::reconnected() {
  impl_->events.reconnects.Increment();
}

void catalogue::stream_ended(seconds lived) {
  impl_->events.stream_duration.Observe(duration(lived));
}

void catalogue::last_event(timestamp daemon_time) {
  impl_->events.last_event_timestamp.Set(unix_seconds(daemon_time));
}

void catalogue::stream_lag(seconds daemon_time_to_read) {
  impl_->events.stream_lag.Observe(duration(daemon_time_to_read));
}

void catalogue::stream_read(std::uint64_t bytes) {
  add(impl_->events.stream_read_bytes, bytes);
}

void catalogue::stream_audit(bool passed) {
  (passed ? impl_->events.audits_passed : impl_->events.audits_failed).Increment();
}

void catalogue::reconcile_requested(std::string_view reason, std::uint64_t count) {
  impl_->inventory.requested(reason, count);
}

void catalogue::reconcile_run(reconcile_scope scope, seconds took) {
  impl_->inventory.run(scope, duration(took));
}

void catalogue::reconcile_failed(reconcile_scope scope, ec why) {
  impl_->inventory.run_failed(scope, why);
}

void catalogue::drift(row_kind kind, operation op, std::uint64_t count) {
  impl_->inventory.drift(kind, op, count);
}

void catalogue::verified(timestamp at) {
  impl_->inventory.verified_timestamp.Set(unix_seconds(at));
}

void catalogue::synced(row_kind kind, operation op, change_source source, std::uint64_t count) {
  impl_->inventory.synced(kind, op, source, count);
}

void catalogue::rejected(row_kind kind, std::uint64_t count) {
  impl_->inventory.rejected(kind, count);
}

void catalogue::replaced_text(std::uint64_t strings) {
  add(impl_->inventory.replaced_text, strings);
}

void catalogue::store_batch(std::uint64_t batches, seconds took) {
  impl_->inventory.store_batch_size.Observe(static_cast<double>(batches));
  impl_->inventory.store_batch_duration.Observe(duration(took));
}

void catalogue::store_failed(ec why) {
  impl_->inventory.store_failed(why);
}

void catalogue::standby(bool yes) {
  impl_->inventory.standby.Set(yes ? 1 : 0);
}

void catalogue::database_up(bool yes) {
  if (impl_->inventory.database_up)
    impl_->inventory.database_up->Set(yes ? 1 : 0);
}

void catalogue::hub_connected(bool yes) {
  if (impl_->hub)
    impl_->hub->connected.Set(yes ? 1 : 0);
}

void catalogue::hub_redialed() {
  if (impl_->hub)
    impl_->hub->redials.Increment();
}

void catalogue::hub_round_trip(seconds chunk_answer_time) {
  if (impl_->hub)
    impl_->hub->round_trip.Observe(duration(chunk_answer_time));
}

void catalogue::hub_refused() {
  if (impl_->hub)
    impl_->hub->refusals.Increment();
}

void catalogue::link_chunk() {
  if (impl_->agents)
    impl_->agents->chunks.Increment();
}

void catalogue::link_refused() {
  if (impl_->agents)
    impl_->agents->refused.Increment();
}

void catalogue::link_rejected(rejection why) {
  if (impl_->agents)
    impl_->agents->rejected.at(index(why))->Increment();
}

void catalogue::link_violated(link_violation why) {
  if (impl_->front)
    impl_->front->violations[static_cast<std::size_t>(why)]->Increment();
}

void catalogue::link_connection_refused(link_refusal why) {
  if (impl_->front && impl_->front->refused.front() != nullptr)
    impl_->front->refused[static_cast<std::size_t>(why)]->Increment();
}

void catalogue::link_certificate_expiry(timestamp at) {
  impl_->link_certificate_expiry.Set(unix_seconds(at));
}

void catalogue::docker_call(std::string_view call, seconds took, bool ok) {
  impl_->inventory.docker_call(call, duration(took), ok);
}

event_totals catalogue::totals() const {
  const auto& events = impl_->events;
  return {.processed = events.processed_total(),
          .failed = events.failed_total(),
          .dropped = static_cast<std::uint64_t>(events.dropped.Value()),
          .reconnects = static_cast<std::uint64_t>(events.reconnects.Value())};
}

void catalogue::actors_from(std::function<std::vector<actor_report>()> source) {
  std::lock_guard lock{impl_->mutex};
  impl_->actor_source = std::move(source);
}

std::string catalogue::render() const {
  return serialize(impl_->collect());
}

std::string catalogue::render(const std::vector<host_report>& hosts, timestamp now) const {
  auto families = impl_->collect();
  append(families, host_families(hosts, now));
  return serialize(std::move(families));
}

} // namespace volumeviz::metrics
