#include "sync/events_health.hpp"

#include "text/human_time.hpp"

#include <algorithm>
#include <chrono>

namespace volumeviz::sync {

namespace {

using std::chrono::nanoseconds;

// Audits raise verified_at every few seconds, so a minute without one is more than a hiccup.
constexpr nanoseconds stale_after = std::chrono::seconds{60};

nanoseconds between(timestamp from, timestamp to) {
  return nanoseconds{to - from};
}

// True, and adds a reason, when no event has come for too long.
bool idle(const health_facts& facts, timestamp now, std::vector<std::string>& reasons) {
  auto quiet_since = std::max(facts.last_event_received, facts.connected_since);
  if (facts.idle_degraded_after.count() <= 0 || quiet_since == never
      || between(quiet_since, now) < facts.idle_degraded_after)
    return false;
  auto what = facts.last_event_received >= facts.connected_since
                  ? "No event has come from the Docker daemon"
                  : "No event has come from the Docker daemon on this connection";
  reasons.push_back(what + text::since(quiet_since, now) + "; the limit is "
                    + text::format_duration(facts.idle_degraded_after)
                    + " (EVENTS_IDLE_DEGRADED_AFTER).");
  return true;
}

std::string stale_reason(const health_facts& facts, timestamp now) {
  if (facts.verified_at == never)
    return "The rows have not been proven to agree with the Docker daemon yet; the stream is "
           "connected"
           + text::since(facts.connected_since, now) + ".";
  return "The rows were last proven to agree with the Docker daemon at "
         + text::format_time(facts.verified_at) + " ("
         + text::format_duration(between(facts.verified_at, now)) + " ago).";
}

std::string with_names(std::string text, const std::vector<unverified_resource>& first,
                       std::uint64_t count, timestamp now) {
  for (auto separator = ": "; const auto& x : first) {
    text += separator + x.name + text::since(x.since, now) + " (" + x.why + ")";
    separator = "; ";
  }
  return text + (first.size() < count ? "; …" : ".");
}

/// Resources that can't be inspected are a reason but do not change the status: their rows show
/// what the daemon's lists show.
std::string unverified_reason(const unverified_report& all, timestamp now) {
  const auto volumes = all.kind == resource_kind::volume;
  const auto one = all.count == 1;
  return with_names(std::to_string(all.count) + (volumes ? " volume" : " container")
                        + (one ? "" : "s") + " can't be inspected; the daemon's lists stand in"
                        + (volumes ? ""
                           : one   ? ", and its times are unknown"
                                   : ", and their times are unknown"),
                    all.first, all.count, now);
}

/// Kept rows are a reason but do not change the status: their own status is `unverified`.
std::string kept_reason(const unverified_report& all, timestamp now) {
  const auto one = all.kept == 1;
  return with_names(
      "The daemon's list lacks " + std::to_string(all.kept) + (one ? " volume" : " volumes")
          + ", and nothing shows that " + (one ? "it is" : "they are") + " gone; "
          + (one ? "its row stays" : "their rows stay") + " with the status unverified",
      all.first_kept, all.kept, now);
}

void judge_events(const health_facts& facts, timestamp now, events_health& events) {
  if (facts.role == node_role::hub) {
    events.status = health_status::not_configured;
    events.reasons = {hub_has_no_docker};
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
                             + text::since(facts.disconnected_since, now)
                             + text::because(facts.stream_reason));
  } else {
    events.status =
        idle(facts, now, events.reasons) ? health_status::degraded : health_status::healthy;
  }
  if (!facts.first_sync_done)
    events.reasons.emplace_back("The first full reconciliation is not done yet.");
  if (stale(facts, now))
    events.reasons.push_back(stale_reason(facts, now));
  for (const auto& x : facts.unverified) {
    if (x.count > 0)
      events.reasons.push_back(unverified_reason(x, now));
    if (x.kept > 0)
      events.reasons.push_back(kept_reason(x, now));
  }
  // Left-out entries are a reason but do not change the status: all other rows are right.
  for (const auto& [kind, reason] : facts.left_out)
    if (!reason.empty())
      events.reasons.push_back(reason);
}

} // namespace

events_health events_check(const health_facts& facts, timestamp now) {
  events_health events{.connected = facts.events_enabled && facts.connected,
                       .queue_size = facts.queue_size,
                       .processed_total = facts.processed,
                       .errors_total = facts.failed,
                       .dropped_total = facts.dropped,
                       .reconnects_total = facts.reconnects,
                       .last_event = facts.last_event,
                       .last_reconnect = facts.last_reconnect,
                       .full_runs = facts.full_runs,
                       .volume_runs = facts.volume_runs,
                       .container_runs = facts.container_runs,
                       .verified_at = facts.verified_at,
                       .reasons = {}};
  judge_events(facts, now, events);
  return events;
}

bool stale(const health_facts& facts, timestamp now) {
  if (!facts.events_enabled || !facts.connected)
    return false;
  auto proven = facts.verified_at == never ? facts.connected_since : facts.verified_at;
  return proven != never && between(proven, now) > stale_after;
}

} // namespace volumeviz::sync
