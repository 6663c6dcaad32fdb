#include "sync/health.hpp"

#include "sync/fleet_health.hpp"
#include "sync/spoken.hpp"

#include <algorithm>

namespace volumeviz::sync {

namespace {

using std::chrono::nanoseconds;

// The stream's proofs come every few seconds; a minute without one is no hiccup any more.
constexpr nanoseconds stale_after = std::chrono::seconds{60};

nanoseconds between(timestamp from, timestamp to) {
  return nanoseconds{to - from};
}

bool is_dockers(ec code) {
  return code == ec::docker_unreachable || code == ec::docker_timeout || code == ec::docker_refused
         || code == ec::docker_malformed || code == ec::docker_too_large;
}

bool is_the_databases(ec code) {
  return code == ec::store_unreachable || code == ec::store_rejected || code == ec::store_schema;
}

/// Who answers a ping and fails at the work does not answer either.
void judge_troubles(const health_facts& facts, timestamp now, bool (*concerns)(ec),
                    health_check& check) {
  for (const auto& x : facts.troubles) {
    if (!concerns(x.why.code))
      continue;
    check.status = health_status::unhealthy;
    check.reasons.push_back(
        std::string{"The "} + (x.kind == resource_kind::volume ? "volumes" : "containers")
        + " could not be brought up to date" + since(x.since, now) + because(x.why.text));
  }
}

const char* const hubs_docker =
    "This node is a hub: it watches no Docker daemon itself, its agents do.";

health_check docker_check(const health_facts& facts, timestamp now) {
  health_check check{.name = "docker", .status = health_status::healthy, .reasons = {}};
  if (facts.role == node_role::hub) {
    check.status = health_status::not_configured;
    check.reasons = {hubs_docker};
    return check;
  }
  if (!facts.docker_known) {
    check.status = facts.events_enabled ? health_status::unhealthy : health_status::not_configured;
    if (facts.events_enabled)
      check.reasons.push_back("The Docker daemon has not answered yet"
                              + because(facts.docker_reason));
  } else if (!facts.docker_answers) {
    check.status = health_status::unhealthy;
    check.reasons.push_back("The Docker daemon has not answered" + since(facts.docker_since, now)
                            + because(facts.docker_reason));
  }
  judge_troubles(facts, now, is_dockers, check);
  return check;
}

/// Of the database; of the hub, which takes its place with an agent.
health_check database_check(const health_facts& facts, timestamp now) {
  const bool of_hub = facts.role == node_role::agent;
  health_check check{
      .name = of_hub ? "hub" : "database", .status = health_status::healthy, .reasons = {}};
  if (!facts.database_asked) {
    check.status = health_status::not_configured;
    check.reasons = {"The " + check.name + " is not asked while the events system is disabled."};
    return check;
  }
  if (!facts.database_up) {
    check.status = health_status::unhealthy;
    check.reasons.push_back("The " + check.name + " has not been reachable"
                            + since(facts.database_since, now) + because(facts.database_reason));
  } else if (facts.standby) {
    // All that this node can't write is because of it.
    check.status = health_status::degraded;
    check.reasons.push_back("This node stands by" + since(facts.database_since, now)
                            + because(facts.database_reason));
    return check;
  }
  judge_troubles(facts, now, is_the_databases, check);
  return check;
}

// Whether the stream has been silent for too long, and the sentence that says so.
bool idle(const health_facts& facts, timestamp now, std::vector<std::string>& reasons) {
  auto quiet_since = std::max(facts.last_event_received, facts.connected_since);
  if (facts.idle_degraded_after.count() <= 0 || quiet_since == never
      || between(quiet_since, now) < facts.idle_degraded_after)
    return false;
  auto what = facts.last_event_received >= facts.connected_since
                  ? "No event has come from the Docker daemon"
                  : "No event has come from the Docker daemon on this connection";
  reasons.push_back(what + since(quiet_since, now) + "; the limit is "
                    + spoken(facts.idle_degraded_after) + " (EVENTS_IDLE_DEGRADED_AFTER).");
  return true;
}

std::string stale_reason(const health_facts& facts, timestamp now) {
  if (facts.verified_at == never)
    return "The rows have not been proven to agree with the Docker daemon yet; the stream is "
           "connected"
           + since(facts.connected_since, now) + ".";
  return "The rows were last proven to agree with the Docker daemon at " + spoken(facts.verified_at)
         + " (" + spoken(between(facts.verified_at, now)) + " ago).";
}

/// A reason, but not a status: the rows are what the daemon's lists show.
std::string unverified_reason(const unverified_report& all, timestamp now) {
  const auto volumes = all.kind == resource_kind::volume;
  const auto one = all.count == 1;
  auto text = std::to_string(all.count) + (volumes ? " volume" : " container") + (one ? "" : "s")
              + " can't be inspected; the daemon's lists stand in"
              + (volumes ? ""
                 : one   ? ", and its times are unknown"
                         : ", and their times are unknown");
  for (auto separator = ": "; const auto& x : all.first) {
    text += separator + x.name + since(x.since, now) + " (" + x.why + ")";
    separator = "; ";
  }
  return text + (all.first.size() < all.count ? "; …" : ".");
}

void judge_events(const health_facts& facts, timestamp now, events_health& events) {
  if (facts.role == node_role::hub) {
    events.status = health_status::not_configured;
    events.reasons = {hubs_docker};
    return;
  }
  if (!facts.events_enabled) {
    events.status = health_status::not_configured;
    events.reasons = {"The events system is disabled; EVENTS_ENABLED=true turns it on."};
    return;
  }
  if (!facts.connected) {
    events.status = health_status::unhealthy;
    events.reasons.push_back("Not connected to the Docker event stream"
                             + since(facts.disconnected_since, now) + because(facts.stream_reason));
  } else {
    events.status =
        idle(facts, now, events.reasons) ? health_status::degraded : health_status::healthy;
  }
  if (!facts.first_sync_missing.empty())
    events.reasons.push_back("The first full reconciliation is not done: "
                             + facts.first_sync_missing);
  if (stale(facts, now))
    events.reasons.push_back(stale_reason(facts, now));
  for (const auto& x : facts.unverified)
    events.reasons.push_back(unverified_reason(x, now));
  events.reasons.insert(events.reasons.end(), facts.stale_reasons.begin(),
                        facts.stale_reasons.end());
}

} // namespace

health_report evaluate(const health_facts& facts, timestamp now) {
  health_report report;
  report.now = now;
  report.checks = {docker_check(facts, now), database_check(facts, now)};
  if (facts.role == node_role::hub)
    report.checks.push_back(hosts_check(facts.hosts, facts.roster_reason, now));
  auto& events = report.events;
  events.connected = facts.events_enabled && facts.connected;
  events.queue_size = facts.queue_size;
  events.processed_total = facts.processed;
  events.errors_total = facts.failed;
  events.dropped_total = facts.dropped;
  events.reconnects_total = facts.reconnects;
  events.last_event = facts.last_event;
  events.last_reconnect = facts.last_reconnect;
  events.full_runs = facts.full_runs;
  events.volume_runs = facts.volume_runs;
  events.container_runs = facts.container_runs;
  events.verified_at = facts.verified_at;
  judge_events(facts, now, events);
  // not_configured is the least of all, so it never decides.
  report.status = events.status;
  for (const auto& check : report.checks)
    report.status = std::max(report.status, check.status);
  return report;
}

bool stale(const health_facts& facts, timestamp now) {
  if (!facts.events_enabled || !facts.connected)
    return false;
  auto proven = facts.verified_at == never ? facts.connected_since : facts.verified_at;
  return proven != never && between(proven, now) > stale_after;
}

} // namespace volumeviz::sync
