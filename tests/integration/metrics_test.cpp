// Metrics: the documented names, labels and types from the first scrape on, and no others.
#include "tests/stage/stage.hpp"
#include "tests/support/eventually.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::integration;
using namespace volumeviz::support;

namespace {

struct promised {
  std::string name, type;
  std::vector<std::string> labels;
};

const std::vector<promised> contract{
    {"docker_events_processed_total", "counter", {"event_type", "action"}},
    {"docker_events_failed_total", "counter", {"error_type", "event_type"}},
    {"docker_events_dropped_total", "counter", {}},
    {"docker_events_queue_size", "gauge", {}},
    {"docker_events_connection_status", "gauge", {}},
    {"docker_events_reconnects_total", "counter", {}},
    {"docker_events_stream_duration_seconds", "histogram", {}},
    {"docker_events_last_event_timestamp", "gauge", {}},
    {"docker_reconciliation_runs_total", "counter", {"reconciliation_type"}},
    {"docker_reconciliation_duration_seconds", "histogram", {"reconciliation_type"}},
    {"docker_reconciliation_failures_total", "counter", {"reconciliation_type", "error_type"}},
    {"docker_volumes_synced_total", "counter", {"operation", "source"}},
    {"docker_containers_synced_total", "counter", {"operation", "source"}},
    {"docker_mounts_synced_total", "counter", {"operation", "source"}},
    {"docker_resources_removed_total", "counter", {"resource_type", "source"}},
};

/// The names of a series' labels, without `le`.
std::vector<std::string> label_names(const std::string& series) {
  std::vector<std::string> result;
  std::string name;
  bool quoted = false;
  for (auto at = series.find('{'); at < series.size(); ++at) {
    const char c = series[at];
    if (quoted)
      c == '\\' ? void(++at) : void(quoted = c != '"');
    else if (c == '"')
      quoted = true;
    else if (c == '=') {
      if (name != "le")
        result.push_back(name);
    } else if (c == '{' || c == ',')
      name.clear();
    else
      name += c;
  }
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace

TEST_CASE("all fifteen metrics have their types and labels from the first scrape on") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.launch_node();
  REQUIRE(on.node().port() != 0);
  const auto answer = on.http().get("/metrics"); // as early as possible
  CHECK(answer.status == 200);
  CHECK(answer.header("content-type").starts_with("text/plain"));
  const metrics_page page{answer.body};
  for (auto [name, type, labels] : contract) {
    name = "volumeviz_events_" + name;
    CAPTURE(name);
    REQUIRE(page.types().contains(name));
    CHECK(page.types().at(name) == type);
    std::sort(labels.begin(), labels.end());
    const auto series_name = name + (type == "histogram" ? "_count" : "");
    std::size_t series = 0;
    for (const auto& [key, value] : page.series())
      if (key == series_name || key.starts_with(series_name + "{")) {
        ++series;
        CHECK(label_names(key) == labels);
      }
    CHECK(series >= 1);
  }
  const auto at_zero = [&](const std::string& series) {
    CAPTURE(series);
    CHECK(page.has("volumeviz_events_" + series));
  };
  at_zero(R"(docker_events_processed_total{action="destroy",event_type="volume.remove"})");
  at_zero(R"(docker_events_processed_total{action="die",event_type="container.die"})");
  at_zero(R"(docker_reconciliation_runs_total{reconciliation_type="full"})");
  at_zero(R"(docker_reconciliation_runs_total{reconciliation_type="volumes"})");
  at_zero(R"(docker_reconciliation_runs_total{reconciliation_type="containers"})");
  at_zero(R"(docker_volumes_synced_total{operation="update",source="reconciliation"})");
  at_zero(R"(docker_resources_removed_total{resource_type="mount",source="event"})");
}

TEST_CASE("no metric has the name of a volume or a container, and all have the prefix") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.start_node();
  const auto id =
      on.docker.run({.name = "secretive-container", .mounts = {{"secretive-volume", "/data"}}});
  on.docker.remove(id);
  REQUIRE(on.disagreement() == "");
  const auto text = on.http().get("/metrics").body;
  CHECK(text.find("secretive") == std::string::npos);
  CHECK(text.find(id.substr(0, 12)) == std::string::npos);
  const metrics_page page{text};
  for (const auto& [name, type] : page.types()) {
    CAPTURE(name);
    CHECK((name.starts_with("volumeviz_events_") || name.starts_with("process_")));
  }
  CHECK(page.sum("volumeviz_events_apply_latency_seconds_count") >= 1);
  // Nothing is proven before the second list after the start.
  CHECK(eventually(
      [&] { return on.http().metrics()["volumeviz_events_verified_timestamp_seconds"] > 1e9; }));
  CHECK(page.sum("volumeviz_events_build_info") == 1);
}

TEST_CASE("rows that a reconciliation repairs are counted as drift") {
  if (!servers_can_run(database_kind::sqlite))
    return;
  stage on{database_kind::sqlite};
  on.docker.create_volume("lost");
  on.start_node();
  REQUIRE(on.disagreement() == "");
  const auto http = on.http();
  const std::string drift = "volumeviz_events_reconcile_drift_objects_total";
  CHECK(http.metrics().sum(drift) == 0); // the first run fills the tables, which is not drift
  on.records.execute("DELETE FROM volumes WHERE volume_id = 'lost'");
  const auto answer = http.post("/api/v1/health/events/reconcile?type=volumes");
  CHECK(answer.status == 202);
  CHECK(answer.json().at("type") == "volumes");
  CHECK(answer.json().at("run_id").to_number<int>() > 0);
  CHECK(on.disagreement() == "");
  CHECK(eventually(
      [&] { return http.metrics()[drift + R"({kind="volume",operation="create"})"] == 1; }));
}
