#include "messages/docker_event.hpp"
#include "metrics/metrics.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace volumeviz;

namespace {

/// Series of one family as they are in the text, without their values.
std::set<std::string> series_of(const std::string& text, const std::string& name) {
  std::set<std::string> result;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(name + "{", 0) == 0 || line.rfind(name + " ", 0) == 0)
      result.insert(line.substr(0, line.rfind(' ')));
  return result;
}

using strings = std::vector<std::string>;

/// Every combination of `first` and `second` as the labels of `name`.
std::set<std::string> combinations(const std::string& name, const std::string& first,
                                   const strings& firsts, const std::string& second,
                                   const strings& seconds) {
  std::set<std::string> result;
  for (const auto& a : firsts)
    for (const auto& b : seconds)
      result.insert(name + "{" + first + "=\"" + a + "\"," + second + "=\"" + b + "\"}");
  return result;
}

const std::string prefix = "volumeviz_events_docker_";
const strings error_types{
    "docker_unreachable", "docker_timeout",    "docker_refused", "docker_malformed",
    "docker_too_large",   "store_unreachable", "store_rejected", "store_schema",
    "cancelled",          "internal"};
/// While the database is away, events wait: none of them fails because of it.
const strings event_error_types{
    "docker_unreachable", "docker_timeout", "docker_refused", "docker_malformed",
    "docker_too_large",   "cancelled",      "internal"};
const strings line_error_types{"docker_malformed", "docker_too_large", "internal"};
const strings scopes{"full", "volumes", "containers"};

} // namespace

TEST_CASE("the fifteen names of the contract are there at the first scrape, with their types") {
  const std::map<std::string, std::string> types{
      {"events_processed_total", "counter"},
      {"events_failed_total", "counter"},
      {"events_dropped_total", "counter"},
      {"events_queue_size", "gauge"},
      {"events_connection_status", "gauge"},
      {"events_reconnects_total", "counter"},
      {"events_stream_duration_seconds", "histogram"},
      {"events_last_event_timestamp", "gauge"},
      {"reconciliation_runs_total", "counter"},
      {"reconciliation_duration_seconds", "histogram"},
      {"reconciliation_failures_total", "counter"},
      {"volumes_synced_total", "counter"},
      {"containers_synced_total", "counter"},
      {"mounts_synced_total", "counter"},
      {"resources_removed_total", "counter"},
  };
  REQUIRE(types.size() == 15);
  const auto text = metrics::catalogue{}.render();
  for (const auto& [name, type] : types) {
    CAPTURE(name);
    CHECK(text.find("# TYPE " + prefix + name + " " + type + "\n") != std::string::npos);
    CHECK(text.find("# HELP " + prefix + name + " ") != std::string::npos);
  }
}

TEST_CASE("every label combination of the contract is there at the first scrape") {
  const auto text = metrics::catalogue{}.render();

  std::set<std::string> processed;
  std::set<std::string> type_set;
  for (const auto& x : event_catalogue()) {
    processed.insert(prefix + "events_processed_total{action=\"" + std::string{x.action}
                     + "\",event_type=\"" + std::string{x.event_type} + "\"}");
    type_set.insert(std::string{x.event_type});
  }
  CHECK(series_of(text, prefix + "events_processed_total") == processed);
  CHECK(processed.contains(
      prefix + "events_processed_total{action=\"destroy\",event_type=\"volume.remove\"}"));

  const strings types{type_set.begin(), type_set.end()};
  const auto failed_name = prefix + "events_failed_total";
  auto failed = combinations(failed_name, "error_type", event_error_types, "event_type", types);
  failed.merge(
      combinations(failed_name, "error_type", line_error_types, "event_type", {"unknown"}));
  CHECK(series_of(text, failed_name) == failed);
  for (const auto* name : {"events_dropped_total", "events_queue_size", "events_connection_status",
                           "events_reconnects_total", "events_last_event_timestamp"})
    CHECK(series_of(text, prefix + name) == std::set{prefix + name});

  std::set<std::string> runs;
  for (const auto& scope : scopes)
    runs.insert(prefix + "reconciliation_runs_total{reconciliation_type=\"" + scope + "\"}");
  CHECK(series_of(text, prefix + "reconciliation_runs_total") == runs);
  for (const auto& scope : scopes)
    CHECK(text.find("reconciliation_duration_seconds_count{reconciliation_type=\"" + scope
                    + "\"} 0\n")
          != std::string::npos);
  CHECK(text.find("events_stream_duration_seconds_count 0\n") != std::string::npos);
  CHECK(series_of(text, prefix + "reconciliation_failures_total")
        == combinations(prefix + "reconciliation_failures_total", "error_type", error_types,
                        "reconciliation_type", scopes));

  for (const auto* name :
       {"volumes_synced_total", "containers_synced_total", "mounts_synced_total"})
    CHECK(series_of(text, prefix + name)
          == combinations(prefix + name, "operation", {"create", "update", "remove"}, "source",
                          {"event", "reconciliation"}));
  CHECK(series_of(text, prefix + "resources_removed_total")
        == combinations(prefix + "resources_removed_total", "resource_type",
                        {"volume", "container", "mount"}, "source", {"event", "reconciliation"}));
}

TEST_CASE("every counter begins at 0") {
  std::istringstream lines{metrics::catalogue{}.render()};
  int seen = 0;
  for (std::string line; std::getline(lines, line);)
    if (line.rfind("volumeviz_events_", 0) == 0 && line.find("build_info") == std::string::npos) {
      CAPTURE(line);
      CHECK(line.substr(line.rfind(' ') + 1) == "0");
      ++seen;
    }
  CHECK(seen > 300);
}

TEST_CASE("the program's own names are there at the first scrape") {
  const auto text = metrics::catalogue{}.render();
  for (const auto* name : {"apply_latency_seconds",
                           "verified_timestamp_seconds",
                           "reconcile_drift_objects_total",
                           "reconcile_requests_total",
                           "build_info",
                           "events_ignored_total",
                           "pending_keys",
                           "unverified_resources",
                           "stream_lag_seconds",
                           "stream_read_bytes_total",
                           "stream_audits_total",
                           "rejected_rows_total",
                           "replaced_text_total",
                           "store_batch_size",
                           "store_batch_duration_seconds",
                           "store_failures_total",
                           "database_up",
                           "standby",
                           "docker_calls_duration_seconds",
                           "link_certificate_expiry_timestamp_seconds",
                           "history_changes_total",
                           "feed_subscribers",
                           "feed_cut_off_total"}) {
    CAPTURE(name);
    CHECK(text.find(std::string{"# TYPE volumeviz_events_"} + name + " ") != std::string::npos);
  }
  for (auto reason : {"start", "reconnect", "overflow", "failure", "interval", "demand", "prune",
                      "damaged", "escalation", "lost_events", "doubt", "lost_rows"})
    CHECK(text.find("reconcile_requests_total{reason=\"" + std::string{reason} + "\"} 0\n")
          != std::string::npos);
  CHECK(text.find("volumeviz_events_build_info{compiler=") != std::string::npos);
  CHECK(series_of(text, "volumeviz_events_reconcile_drift_objects_total")
        == combinations("volumeviz_events_reconcile_drift_objects_total", "kind",
                        {"volume", "container", "mount"}, "operation",
                        {"create", "update", "remove"}));
}

TEST_CASE("every kind and operation of a change is there at the first scrape, not on an agent") {
  const std::string name = "volumeviz_events_history_changes_total";
  CHECK(series_of(metrics::catalogue{node_role::hub}.render(), name)
        == combinations(name, "kind", {"volume", "container", "mount"}, "operation",
                        {"create", "update", "remove"}));
  const auto agent = metrics::catalogue{node_role::agent}.render();
  CHECK(series_of(agent, name).empty());
  CHECK(agent.find("volumeviz_events_feed_") == std::string::npos);
}

TEST_CASE(
    "the rows of the database have series by host once they are counted, until they are not") {
  metrics::catalogue numbers;
  const std::string prefix_of_rows = "volumeviz_events_inventory_";
  CHECK(numbers.render().find(prefix_of_rows) == std::string::npos);
  inventory_counts counts;
  counts.volumes = {{{"a", "local"}, 3}, {{"a", "nfs"}, 1}};
  counts.orphaned_volumes = {{"a", 0}};
  counts.containers = {{{"a", "running"}, 2}};
  counts.mounts = {{"a", 5}};
  counts.changes = 7;
  numbers.count_rows(counts);
  const auto text = numbers.render();
  for (const auto* line :
       {"volumes{host=\"a\",driver=\"local\"} 3\n", "volumes{host=\"a\",driver=\"nfs\"} 1\n",
        "orphaned_volumes{host=\"a\"} 0\n", "containers{host=\"a\",state=\"running\"} 2\n",
        "mounts{host=\"a\"} 5\n"})
    CHECK(text.find(prefix_of_rows + line) != std::string::npos);
  CHECK(text.find("\nvolumeviz_events_history_rows 7\n") != std::string::npos);
  numbers.count_rows(std::nullopt);
  CHECK(numbers.render().find(prefix_of_rows) == std::string::npos);
}

TEST_CASE("each reason for a list counts in the series of its name") {
  metrics::catalogue numbers;
  for (auto reason : {list_reason::start, list_reason::reconnect, list_reason::overflow,
                      list_reason::failure, list_reason::interval, list_reason::demand,
                      list_reason::prune, list_reason::damaged, list_reason::escalation,
                      list_reason::lost_events, list_reason::doubt, list_reason::lost_rows}) {
    numbers.reconciliations.requests(reason).add();
    CHECK(numbers.render().find(std::string{"reconcile_requests_total{reason=\""}
                                + to_string(reason) + "\"} 1\n")
          != std::string::npos);
  }
}
