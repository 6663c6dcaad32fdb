#include "actors/health_reporter.hpp"

#include "sync/spoken.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

constexpr auto probe_interval = std::chrono::seconds{5};
constexpr auto probe_limit = std::chrono::seconds{10};
// The inspector that would ask is not there (yet): that says nothing about the daemon.
constexpr auto probe_retry = std::chrono::milliseconds{50};
constexpr auto counters_limit = std::chrono::seconds{1};
// The store asks every two seconds and no call of it takes longer than five: who is silent for
// longer, hangs.
constexpr timestamp store_silence_max = 12'000'000'000;

} // namespace

health_reporter::health_reporter(interface::pointer self, reporter_parts parts)
    : self_(self), parts_(std::move(parts)) {
  facts_.events_enabled = parts_.events_enabled;
  facts_.idle_degraded_after = parts_.idle_degraded_after;
  facts_.disconnected_since = parts_.now();
  facts_.database_since = parts_.now();
  facts_.database_reason = "not asked yet";
  store_heard_ = parts_.now();
}

health_reporter::interface::behavior_type health_reporter::make_behavior() {
  if (parts_.probe)
    self_->send<caf::message_priority::high>(self_, atom::tick_v);
  return {
      [this](const stream_report& report) { stream_changed(report); },
      [this](const store_report& report) { store_spoke(report); },
      [this](const reconcile_status& status) { reconciled(status); },
      [this](atom::trouble, resource_kind kind, const failure& why) { trouble(kind, why); },
      [this](atom::tick) { probe_docker(); },
      [this](atom::health) { return report(); },
      [this](atom::ready) { return not_ready(); },
      [](atom::alive) { return true; },
  };
}

void health_reporter::stream_changed(const stream_report& report) {
  if (facts_.connected && !report.connected)
    facts_.disconnected_since = parts_.now();
  facts_.connected = report.connected;
  facts_.connected_since = report.connected_since;
  facts_.stream_reason = report.why.text;
  facts_.last_reconnect = report.last_reconnect;
  facts_.reconnects = report.reconnects;
  docker_said(report.docker_answers ? failure{} : report.why);
}

void health_reporter::docker_said(const failure& why) {
  auto answers = why.text.empty();
  if (!answers && (facts_.docker_answers || !facts_.docker_known))
    facts_.docker_since = parts_.now();
  facts_.docker_known = true;
  facts_.docker_answers = answers;
  facts_.docker_reason = why.text;
}

void health_reporter::store_spoke(const store_report& report) {
  store_heard_ = parts_.now();
  if ((facts_.database_up && !report.up) || (!facts_.standby && report.standby))
    facts_.database_since = parts_.now();
  facts_.database_up = report.up;
  facts_.standby = report.standby;
  facts_.database_reason = report.why.text;
}

void health_reporter::reconciled(const reconcile_status& status) {
  facts_.full_runs = status.full_runs;
  facts_.volume_runs = status.volume_runs;
  facts_.container_runs = status.container_runs;
  facts_.verified_at = status.verified_at;
  initial_done_ = status.initial_done;
}

void health_reporter::trouble(resource_kind kind, const failure& why) {
  auto known = std::ranges::find(facts_.troubles, kind, &sync::kind_trouble::kind);
  if (why.text.empty()) {
    if (known != facts_.troubles.end())
      facts_.troubles.erase(known);
    return;
  }
  if (known == facts_.troubles.end())
    facts_.troubles.push_back({.kind = kind, .why = why, .since = parts_.now()});
  else
    known->why = why;
}

void health_reporter::probe_docker() {
  self_->request(parts_.probe, probe_limit, atom::identify_v)
      .then(
          [this](const failure& why) {
            docker_said(why);
            probe_again_in(probe_interval);
          },
          [this](const caf::error& why) {
            if (why != caf::sec::request_timeout) {
              probe_again_in(probe_retry);
              return;
            }
            docker_said({ec::docker_timeout, "the daemon did not answer in time"});
            probe_again_in(probe_interval);
          });
}

void health_reporter::probe_again_in(std::chrono::milliseconds wait) {
  self_->delayed_send<caf::message_priority::high>(self_, wait, atom::tick_v);
}

caf::result<health_report> health_reporter::report() {
  auto answer = self_->make_response_promise<health_report>();
  self_->request(parts_.metrics, counters_limit, atom::counters_v)
      .then(
          [this, answer](const event_counters& counters) mutable {
            auto facts = facts_;
            facts.last_event = counters.last_event;
            facts.last_event_received = counters.last_event_received;
            facts.queue_size = counters.waiting;
            facts.processed = counters.processed;
            facts.failed = counters.failed;
            facts.dropped = counters.dropped;
            auto now = parts_.now();
            if (now - store_heard_ > store_silence_max) {
              facts.database_up = false;
              facts.database_reason = "the database has not answered for "
                                      + sync::spoken(std::chrono::nanoseconds{now - store_heard_});
            }
            if (!initial_done_)
              facts.first_sync_missing = "the first full reconciliation is not done yet";
            answer.deliver(sync::evaluate(facts, now));
          },
          [answer](caf::error& why) mutable { answer.deliver(std::move(why)); });
  return answer;
}

std::vector<std::string> health_reporter::not_ready() const {
  std::vector<std::string> reasons;
  if (!facts_.database_up || parts_.now() - store_heard_ > store_silence_max)
    reasons.push_back("the database is not ready: " + facts_.database_reason);
  else if (facts_.standby)
    reasons.push_back("this node stands by: " + facts_.database_reason);
  if (facts_.events_enabled && !initial_done_)
    reasons.push_back(
        facts_.connected ? "the first full reconciliation is not done yet"
                         : "Docker is not connected and the first full reconciliation is not done: "
                               + facts_.stream_reason);
  return reasons;
}

} // namespace volumeviz
