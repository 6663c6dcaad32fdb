#include "sync/health.hpp"

#include "sync/events_health.hpp"
#include "sync/fleet_health.hpp"
#include "text/human_time.hpp"

#include <algorithm>
#include <string_view>

namespace volumeviz::sync {

namespace {

bool is_dockers(ec code) {
  return code == ec::docker_unreachable || code == ec::docker_timeout || code == ec::docker_refused
         || code == ec::docker_malformed || code == ec::docker_too_large;
}

bool is_the_databases(ec code) {
  return code == ec::store_unreachable || code == ec::store_rejected || code == ec::store_schema;
}

/// The cause of a failure: its sentence without the part "what was attempted: " at its beginning.
std::string_view cause_of(const std::string& text) {
  const auto colon = text.find(": ");
  return std::string_view{text}.substr(colon == std::string::npos ? 0 : colon + 2);
}

bool names_cause_of(const std::vector<std::string>& reasons, const std::string& text) {
  return std::ranges::any_of(reasons, [cause = cause_of(text)](const auto& reason) {
    return reason.find(cause) != std::string::npos;
  });
}

/// The kinds that can't be brought up to date for the same cause.
struct shared_trouble {
  std::string kinds; ///< "volumes", "containers" or both
  timestamp since = never;
  failure why;
};

std::vector<shared_trouble> by_cause(const std::vector<kind_trouble>& troubles) {
  std::vector<shared_trouble> result;
  for (const auto& x : troubles) {
    const std::string kind = plural(x.kind);
    const auto same = std::ranges::find_if(result, [&x](const shared_trouble& other) {
      return other.why.code == x.why.code && cause_of(other.why.text) == cause_of(x.why.text);
    });
    if (same == result.end()) {
      result.push_back({kind, x.since, x.why});
    } else {
      same->kinds += " and " + kind;
      same->since = std::min(same->since, x.since);
    }
  }
  return result;
}

/// A Docker or database that answers pings, but fails fetches or writes, is unhealthy too.
void judge_troubles(const health_facts& facts, timestamp now, bool (*concerns)(ec),
                    health_check& check) {
  const bool no_stream = facts.events_enabled && !facts.connected;
  for (const auto& x : by_cause(facts.troubles)) {
    if (!concerns(x.why.code))
      continue;
    check.status = health_status::unhealthy;
    const bool of_stream = no_stream && names_cause_of({facts.stream_reason}, x.why.text);
    if (check.reasons.empty() || !(of_stream || names_cause_of(check.reasons, x.why.text)))
      check.reasons.push_back("The " + x.kinds + " could not be brought up to date"
                              + text::since(x.since, now) + text::because(x.why.text));
  }
}

health_check docker_check(const health_facts& facts, timestamp now) {
  health_check check{.name = "docker", .status = health_status::healthy, .reasons = {}};
  if (facts.role == node_role::hub) {
    check.status = health_status::not_configured;
    check.reasons = {hub_has_no_docker};
    return check;
  }
  if (!facts.docker_known) {
    check.status = facts.events_enabled ? health_status::unhealthy : health_status::not_configured;
    if (facts.events_enabled)
      check.reasons.push_back("The Docker daemon has not answered yet"
                              + text::because(facts.docker_reason));
  } else if (!facts.docker_answers) {
    check.status = health_status::unhealthy;
    // When the stream has the same cause, the check `events` names it.
    const bool of_stream = facts.events_enabled && !facts.connected && !facts.docker_reason.empty()
                           && names_cause_of({facts.stream_reason}, facts.docker_reason);
    check.reasons.push_back(std::string{facts.docker_refuses
                                            ? "The Docker daemon has refused what this node needs"
                                            : "The Docker daemon has not answered"}
                            + text::since(facts.docker_since, now)
                            + text::because(of_stream ? "see events" : facts.docker_reason));
  }
  judge_troubles(facts, now, is_dockers, check);
  return check;
}

/// Rejected rows are a reason but do not change the status: all other rows are right.
std::string rejected_reason(const rejected_report& x, timestamp now) {
  const auto one = x.count == 1;
  return std::to_string(x.count) + (x.kind == resource_kind::volume ? " volume" : " container")
         + (one ? " row has" : " rows have") + " been rejected by the database"
         + text::since(x.since, now) + (one ? "" : "; the first") + text::because(x.first);
}

/// The check of the database, or of the hub when this node is an agent.
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
                            + text::since(facts.database_since, now)
                            + text::because(facts.database_reason));
  } else if (facts.standby) {
    // This also explains all troubles with writes.
    check.status = health_status::degraded;
    check.reasons.push_back("This node stands by" + text::since(facts.database_since, now)
                            + text::because(facts.database_reason));
    return check;
  }
  judge_troubles(facts, now, is_the_databases, check);
  for (const auto& x : facts.rejected)
    check.reasons.push_back(rejected_reason(x, now));
  return check;
}

/// Why the first full reconciliation is not done. Leaves out causes that `reasons` already name.
std::string first_sync_reason(const health_facts& facts, const std::vector<std::string>& reasons) {
  const std::string what = "the first full reconciliation is not done";
  if (!facts.connected)
    return "Docker is not connected and " + what + ": " + facts.stream_reason;
  std::string causes;
  for (const auto& x : by_cause(facts.troubles))
    if (!names_cause_of(reasons, x.why.text))
      causes += (causes.empty() ? ": the " : "; the ") + x.kinds
                + " could not be brought up to date: " + x.why.text;
  return what + " yet" + causes;
}

} // namespace

std::vector<std::string> not_ready_because(const health_facts& facts) {
  std::vector<std::string> reasons;
  if (facts.database_asked && !facts.database_up)
    reasons.push_back(std::string{"the "} + (facts.role == node_role::agent ? "hub" : "database")
                      + " is not ready: " + facts.database_reason);
  else if (facts.standby)
    reasons.push_back("this node stands by: " + facts.database_reason);
  // A hub has no daemon to reconcile with.
  if (facts.events_enabled && facts.role != node_role::hub && !facts.first_sync_done)
    reasons.push_back(first_sync_reason(facts, reasons));
  return reasons;
}

health_report evaluate(const health_facts& facts, timestamp now) {
  health_report report;
  report.now = now;
  report.checks = {docker_check(facts, now), database_check(facts, now)};
  if (facts.role == node_role::hub)
    report.checks.push_back(hosts_check(facts.hosts, facts.roster_reason, now));
  report.events = events_check(facts, now);
  // not_configured is the lowest status, so any other check decides.
  report.status = report.events.status;
  for (const auto& check : report.checks)
    report.status = std::max(report.status, check.status);
  return report;
}

} // namespace volumeviz::sync
