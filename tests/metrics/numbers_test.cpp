#include "tests/metrics/series.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace volumeviz;
using metrics::testing::value_of;

namespace {

actor_report actor_named(std::string name) {
  actor_report result;
  result.name = std::move(name);
  return result;
}

const std::string prefix = "volumeviz_events_";
const std::string docker = "volumeviz_events_docker_";

} // namespace

TEST_CASE("a processed event counts under its type and Docker's action") {
  metrics::catalogue numbers;
  numbers.events.processed(*meaning_of(resource_kind::volume, "destroy"), 3);
  numbers.events.processed(*meaning_of(resource_kind::container, "health_status: healthy"), 1);
  CHECK(value_of(numbers,
                 docker + R"(events_processed_total{action="destroy",event_type="volume.remove"})")
        == "3");
  CHECK(value_of(numbers,
                 docker
                     + R"(events_processed_total{action="destroy",event_type="container.destroy"})")
        == "0");
  CHECK(
      value_of(
          numbers,
          docker
              + R"(events_processed_total{action="health_status",event_type="container.health_status"})")
      == "1");
}

TEST_CASE("a failed event counts under its cause, a malformed line as unknown") {
  metrics::catalogue numbers;
  numbers.events.failed(ec::docker_timeout, "container.start", 2);
  numbers.events.failed(ec::docker_malformed, "", 1);
  numbers.events.failed(ec::docker_malformed, "a name from outside\"", 1);
  numbers.events.failed(ec::queue_full, "volume.create", 1); // not a cause of its own here
  CHECK(
      value_of(
          numbers,
          docker
              + R"(events_failed_total{error_type="docker_timeout",event_type="container.start"})")
      == "2");
  CHECK(value_of(numbers,
                 docker
                     + R"(events_failed_total{error_type="docker_malformed",event_type="unknown"})")
        == "2");
  CHECK(
      value_of(numbers,
               docker + R"(events_failed_total{error_type="internal",event_type="volume.create"})")
      == "1");
  CHECK(numbers.render().find("a name from outside") == std::string::npos);
}

TEST_CASE("the totals in health are the sums of the event metrics") {
  metrics::catalogue numbers;
  for (const auto& x : event_catalogue())
    numbers.events.processed(x, 2);
  numbers.events.failed(ec::internal, "", 1);
  numbers.events.failed(ec::store_rejected, "volume.create", 4);
  numbers.events.dropped.add(7);
  numbers.stream.reconnects.add();
  numbers.events.ignored.add(100);
  const auto& events = numbers.events;
  CHECK(events.processed_total() == 2 * event_catalogue().size());
  CHECK(events.failed_total() == 5);
  CHECK(events.dropped.value() == 7);
  CHECK(numbers.stream.reconnects.value() == 1);
}

TEST_CASE("a removed row counts in two families, any other change in one") {
  metrics::catalogue numbers;
  numbers.rows.synced(row_kind::mount, operation::remove, change_source::event, 2);
  numbers.rows.synced(row_kind::mount, operation::update, change_source::reconciliation, 5);
  CHECK(value_of(numbers, docker + R"(mounts_synced_total{operation="remove",source="event"})")
        == "2");
  CHECK(value_of(numbers,
                 docker + R"(mounts_synced_total{operation="update",source="reconciliation"})")
        == "5");
  CHECK(
      value_of(numbers, docker + R"(resources_removed_total{resource_type="mount",source="event"})")
      == "2");
  CHECK(
      value_of(numbers,
               docker + R"(resources_removed_total{resource_type="mount",source="reconciliation"})")
      == "0");
}

TEST_CASE("times are unix seconds with a fraction, durations never negative") {
  metrics::catalogue numbers;
  numbers.stream.last_event.set_time(1'640'995'180'250'000'000);
  numbers.reconciliations.verified.set_time(1'640'995'200'000'000'000);
  numbers.link_certificate_expiry.set_time(1'798'761'600'000'000'000);
  numbers.events.apply_latency.observe(
      metrics::seconds{-0.5}); // the daemon's clock runs ahead of ours
  numbers.events.apply_latency.observe(metrics::seconds{0.003});
  CHECK(value_of(numbers, docker + "events_last_event_timestamp") == "1640995180.25");
  CHECK(value_of(numbers, prefix + "verified_timestamp_seconds") == "1640995200");
  CHECK(value_of(numbers, prefix + "link_certificate_expiry_timestamp_seconds") == "1798761600");
  CHECK(value_of(numbers, prefix + "apply_latency_seconds_sum") == "0.003");
  CHECK(value_of(numbers, prefix + R"(apply_latency_seconds_bucket{le="0.002"})") == "1");
  CHECK(value_of(numbers, prefix + R"(apply_latency_seconds_bucket{le="0.005"})") == "2");
}

TEST_CASE("each of the other metrics changes its own series") {
  metrics::catalogue numbers;
  numbers.events.queue_size.set(12);
  numbers.events.pending_keys(resource_kind::container).set(9);
  numbers.events.unverified(resource_kind::volume).set(2);
  numbers.stream.connected.set(true);
  numbers.stream.duration.observe(metrics::seconds{42});
  numbers.stream.lag.observe(metrics::seconds{0.01});
  numbers.stream.read_bytes.add(1000);
  numbers.stream.audits(metrics::audit_result::failed).add();
  numbers.reconciliations.requests(list_reason::overflow).add(2);
  numbers.reconciliations.requests(list_reason::failure).add();
  numbers.reconciliations.run(reconcile_scope::volumes, metrics::seconds{0.5});
  numbers.reconciliations.failures(reconcile_scope::full, ec::store_unreachable).add();
  numbers.reconciliations.drift(row_kind::volume, operation::create).add(3);
  numbers.rows.rejected(row_kind::container).add(1);
  numbers.rows.replaced_text.add(6);
  numbers.store.batch_size.observe(8);
  numbers.store.batch_duration.observe(metrics::seconds{0.002});
  numbers.store.failures(ec::store_schema).add();
  numbers.database_up.set(true);
  numbers.store.standby.set(true);
  numbers.docker.calls(metrics::docker_call::inspect, metrics::call_result::ok)
      .observe(metrics::seconds{0.001});
  numbers.docker.calls(metrics::docker_call::other, metrics::call_result::error)
      .observe(metrics::seconds{0.001});
  CHECK(value_of(numbers, docker + "events_queue_size") == "12");
  CHECK(value_of(numbers, prefix + R"(pending_keys{kind="container"})") == "9");
  CHECK(value_of(numbers, prefix + R"(unverified_resources{kind="volume"})") == "2");
  CHECK(value_of(numbers, docker + "events_connection_status") == "1");
  CHECK(value_of(numbers, docker + "events_stream_duration_seconds_sum") == "42");
  CHECK(value_of(numbers, prefix + "stream_lag_seconds_count") == "1");
  CHECK(value_of(numbers, prefix + "stream_read_bytes_total") == "1000");
  CHECK(value_of(numbers, prefix + R"(stream_audits_total{result="failed"})") == "1");
  CHECK(value_of(numbers, prefix + R"(reconcile_requests_total{reason="overflow"})") == "2");
  CHECK(value_of(numbers, prefix + R"(reconcile_requests_total{reason="failure"})") == "1");
  CHECK(value_of(numbers, docker + R"(reconciliation_runs_total{reconciliation_type="volumes"})")
        == "1");
  CHECK(value_of(numbers,
                 docker + R"(reconciliation_duration_seconds_sum{reconciliation_type="volumes"})")
        == "0.5");
  CHECK(
      value_of(
          numbers,
          docker
              + R"(reconciliation_failures_total{error_type="store_unreachable",reconciliation_type="full"})")
      == "1");
  CHECK(value_of(numbers,
                 prefix + R"(reconcile_drift_objects_total{kind="volume",operation="create"})")
        == "3");
  CHECK(value_of(numbers, prefix + R"(rejected_rows_total{kind="container"})") == "1");
  CHECK(value_of(numbers, prefix + "replaced_text_total") == "6");
  CHECK(value_of(numbers, prefix + "store_batch_size_sum") == "8");
  CHECK(value_of(numbers, prefix + "store_batch_duration_seconds_count") == "1");
  CHECK(value_of(numbers, prefix + R"(store_failures_total{error_type="store_schema"})") == "1");
  CHECK(value_of(numbers, prefix + "database_up") == "1");
  CHECK(value_of(numbers, prefix + "standby") == "1");
  CHECK(value_of(numbers,
                 prefix + R"(docker_calls_duration_seconds_count{call="inspect",result="ok"})")
        == "1");
  CHECK(value_of(numbers,
                 prefix + R"(docker_calls_duration_seconds_count{call="other",result="error"})")
        == "1");
  numbers.stream.connected.set(false);
  CHECK(value_of(numbers, docker + "events_connection_status") == "0");
}

TEST_CASE("actors are read at every scrape, and two with one name are one series") {
  metrics::catalogue numbers;
  CHECK(numbers.render().find("actor_") == std::string::npos);
  std::uint64_t handled = 1;
  numbers.actors_from([&] {
    auto reader = actor_named("stream_reader");
    reader.restarts = 2;
    reader.mailbox = 3;
    reader.mailbox_limit = 10;
    reader.handled = handled;
    reader.dropped = 4;
    reader.busy_ms = 1500;
    return std::vector{reader, reader};
  });
  CHECK(value_of(numbers, prefix + R"(actor_handled_total{actor="stream_reader"})") == "2");
  handled = 5;
  CHECK(value_of(numbers, prefix + R"(actor_handled_total{actor="stream_reader"})") == "10");
  CHECK(value_of(numbers, prefix + R"(actor_mailbox_messages{actor="stream_reader"})") == "6");
  CHECK(value_of(numbers, prefix + R"(actor_mailbox_limit{actor="stream_reader"})") == "20");
  CHECK(value_of(numbers, prefix + R"(actor_dropped_total{actor="stream_reader"})") == "8");
  CHECK(value_of(numbers, prefix + R"(actor_busy_seconds_total{actor="stream_reader"})") == "3");
  CHECK(value_of(numbers, prefix + R"(actor_restarts_total{actor="stream_reader"})") == "4");
}

TEST_CASE("counting and scraping at once loses nothing") {
  metrics::catalogue numbers;
  constexpr std::uint64_t rounds = 5000;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i)
      threads.emplace_back([&] {
        for (std::uint64_t k = 0; k < rounds; ++k) {
          numbers.events.processed(event_catalogue()[k % event_catalogue().size()], 1);
          numbers.events.failed(ec::internal, "", 1);
          numbers.events.apply_latency.observe(metrics::seconds{0.001});
          numbers.rows.synced(row_kind::volume, operation::remove, change_source::event, 1);
        }
      });
    threads.emplace_back([&] {
      for (int k = 0; k < 20; ++k) {
        numbers.actors_from([k] { return std::vector{actor_named("a" + std::to_string(k))}; });
        CHECK(numbers.render().size() > 1000);
      }
    });
  }
  CHECK(numbers.events.processed_total() == 4 * rounds);
  CHECK(numbers.events.failed_total() == 4 * rounds);
  CHECK(value_of(numbers, prefix + "apply_latency_seconds_count") == "20000");
}

TEST_CASE("promtool accepts the whole output") {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) { // NOLINT(cert-env33-c)
    REQUIRE_MESSAGE(std::getenv("CI") == nullptr,
                    "promtool is missing, and in CI it must be there");
    MESSAGE("promtool is not installed: skipped (Debian package prometheus or promtool)");
    return;
  }
  metrics::catalogue numbers;
  numbers.actors_from([] { return std::vector{actor_named("stream_reader")}; });
  numbers.events.processed(event_catalogue().front(), 1);
  const auto file =
      std::filesystem::temp_directory_path() / ("volumeviz-metrics-" + std::to_string(getpid()));
  std::ofstream{file} << numbers.render();
  const auto command = "promtool check metrics < '" + file.string() + "' 2>&1";
  std::string remarks;
  if (auto* out = popen(command.c_str(), "r")) {
    char buffer[512];
    while (auto n = std::fread(buffer, 1, sizeof buffer, out))
      remarks.append(buffer, n);
    CHECK(pclose(out) == 0);
  }
  std::filesystem::remove(file);
  CHECK(remarks == "");
}
