#include "actors/observers/health_reporter.hpp"

#include "text/human_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace volumeviz {

namespace {

constexpr auto docker_probe_interval = std::chrono::seconds{5};
constexpr auto docker_probe_limit = std::chrono::seconds{10};
// The inspector is being restarted, which says nothing about the daemon.
constexpr auto probe_retry = std::chrono::milliseconds{50};
constexpr auto answer_limit = std::chrono::seconds{1};
// The store checks the database every two seconds, and none of its calls takes longer than five. A
// store that reports nothing for this long hangs.
constexpr timestamp store_silence_max = 12'000'000'000;

/// Where the handlers' batches go: an agent sends them to its hub.
const char* store_name(node_role role) {
  return role == node_role::agent ? "hub" : "database";
}

} // namespace

health_reporter::health_reporter(interface::pointer self, context_ptr context, reporter_parts parts)
    : self_(self), context_(std::move(context)), parts_(std::move(parts)) {
  facts_.role = context_->handles.role;
  facts_.events_enabled = parts_.events_enabled;
  facts_.database_asked = parts_.events_enabled || context_->handles.role != node_role::agent;
  facts_.idle_degraded_after = parts_.idle_degraded_after;
  facts_.disconnected_since = context_->now();
  facts_.database_since = context_->now();
  facts_.database_reason = "not asked yet";
  facts_.first_sync_done = false;
  store_heard_ = context_->now();
}

health_reporter::interface::behavior_type health_reporter::make_behavior() {
  if (parts_.probe)
    self_->send<caf::message_priority::high>(self_, atom::probe_due_v);
  return {
      [this](const stream_report& report) { stream_changed(report); },
      [this](const store_report& report) { store_changed(report); },
      [this](const reconcile_status& status) { reconciled(status); },
      [this](const rejected_report& report) { rejected(report); },
      [this](atom::trouble, resource_kind kind, const failure& why) { trouble(kind, why); },
      [this](const unverified_report& report) { unverified(report); },
      [this](atom::left_out, resource_kind kind, const std::string& reason) {
        facts_.left_out[kind] = reason;
      },
      [this](atom::probe_due) { probe_docker(); },
      [this](atom::health) { return report(); },
      [this](atom::ready) { return not_ready(); },
      [](atom::alive) { return true; },
  };
}

void health_reporter::stream_changed(const stream_report& report) {
  if (facts_.connected && !report.connected)
    facts_.disconnected_since = context_->now();
  facts_.connected = report.connected;
  facts_.connected_since = report.connected_since;
  facts_.stream_reason = report.why.text;
  facts_.last_reconnect = report.last_reconnect;
  facts_.reconnects = report.reconnects;
  // A daemon, or a proxy before it, that refuses /events answers, but is of no use.
  docker_answered(report.connected
                          || (report.docker_answers && report.why.code != ec::docker_refused)
                      ? failure{}
                      : report.why);
}

void health_reporter::docker_answered(const failure& why) {
  auto answers = why.text.empty();
  if (!answers && (facts_.docker_answers || !facts_.docker_known))
    facts_.docker_since = context_->now();
  facts_.docker_known = true;
  facts_.docker_answers = answers;
  facts_.docker_refuses = why.code == ec::docker_refused && !answers;
  facts_.docker_reason = why.text;
}

void health_reporter::store_changed(const store_report& report) {
  store_heard_ = context_->now();
  facts_.database_asked = true;
  if ((facts_.database_up && !report.up) || (!facts_.standby && report.standby))
    facts_.database_since = context_->now();
  facts_.database_up = report.up;
  facts_.standby = report.standby;
  facts_.database_reason = report.why.text;
}

void health_reporter::reconciled(const reconcile_status& status) {
  facts_.full_runs = status.full_runs;
  facts_.volume_runs = status.volume_runs;
  facts_.container_runs = status.container_runs;
  facts_.verified_at = status.verified_at;
  facts_.first_sync_done = status.initial_done;
}

void health_reporter::rejected(const rejected_report& report) {
  std::erase_if(facts_.rejected, [&](const auto& x) { return x.kind == report.kind; });
  if (report.count > 0)
    facts_.rejected.push_back(report);
}

void health_reporter::trouble(resource_kind kind, const failure& why) {
  auto known = std::ranges::find(facts_.troubles, kind, &sync::kind_trouble::kind);
  if (why.text.empty()) {
    if (known != facts_.troubles.end())
      facts_.troubles.erase(known);
    return;
  }
  if (known == facts_.troubles.end())
    facts_.troubles.push_back({.kind = kind, .why = why, .since = context_->now()});
  else
    known->why = why;
}

void health_reporter::unverified(const unverified_report& report) {
  std::erase_if(facts_.unverified, [&](const auto& x) { return x.kind == report.kind; });
  if (report.count > 0 || report.kept > 0)
    facts_.unverified.push_back(report);
}

void health_reporter::probe_docker() {
  self_->request(parts_.probe, docker_probe_limit, atom::identify_v)
      .then(
          [this](const failure& why) {
            docker_answered(why);
            probe_again_in(docker_probe_interval);
          },
          [this](const caf::error& why) {
            if (why != caf::sec::request_timeout) {
              probe_again_in(probe_retry);
              return;
            }
            docker_answered({ec::docker_timeout, "the daemon did not answer in time"});
            probe_again_in(docker_probe_interval);
          });
}

void health_reporter::probe_again_in(std::chrono::milliseconds wait) {
  self_->delayed_send<caf::message_priority::high>(self_, wait, atom::probe_due_v);
}

/// A request for the node's health, until the aggregator and the roster have answered.
struct health_reporter::inquiry {
  caf::typed_response_promise<health_report> asker;
  int open = 0; ///< answers still to come
  event_counters counters{};
  std::vector<host_report> hosts{};
  std::string roster_reason{};
};

caf::result<health_report> health_reporter::report() {
  auto answer = self_->make_response_promise<health_report>();
  auto what = std::make_shared<inquiry>(inquiry{.asker = answer});
  what->open = context_->handles.roster ? 2 : 1;
  // Both are asked at once, so the answer does not take twice as long.
  ask_metrics(what);
  if (context_->handles.roster)
    ask_roster(what);
  return answer;
}

void health_reporter::ask_metrics(const std::shared_ptr<inquiry>& what) {
  self_->request(context_->handles.metrics, answer_limit, atom::counters_v)
      .then(
          [this, what](const event_counters& counters) {
            what->counters = counters;
            answered(*what);
          },
          [what](caf::error& why) { what->asker.deliver(std::move(why)); });
}

void health_reporter::ask_roster(const std::shared_ptr<inquiry>& what) {
  self_->request(context_->handles.roster, answer_limit, atom::hosts_v)
      .then(
          [this, what](std::vector<host_report>& hosts) {
            what->hosts = std::move(hosts);
            answered(*what);
          },
          [this, what](const caf::error&) {
            what->roster_reason = "the fleet roster does not answer";
            answered(*what);
          });
}

void health_reporter::answered(inquiry& what) const {
  if (--what.open > 0)
    return;
  auto facts = current_facts();
  facts.last_event = what.counters.last_event;
  facts.last_event_received = what.counters.last_event_received;
  facts.queue_size = what.counters.waiting;
  facts.processed = what.counters.processed;
  facts.failed = what.counters.failed;
  facts.dropped = what.counters.dropped;
  facts.hosts = std::move(what.hosts);
  facts.roster_reason = std::move(what.roster_reason);
  what.asker.deliver(sync::evaluate(facts, context_->now()));
}

sync::health_facts health_reporter::current_facts() const {
  auto facts = facts_;
  if (store_silent()) {
    facts.database_up = false;
    facts.database_reason =
        std::string{"the "} + store_name(context_->handles.role) + " has not answered for "
        + text::format_duration(std::chrono::nanoseconds{context_->now() - store_heard_});
  }
  return facts;
}

bool health_reporter::store_silent() const {
  return context_->now() - store_heard_ > store_silence_max;
}

std::vector<std::string> health_reporter::not_ready() const {
  return sync::not_ready_because(current_facts());
}

} // namespace volumeviz
