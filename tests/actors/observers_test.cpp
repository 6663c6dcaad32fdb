// The metrics aggregator and the health reporter.

#include "actors/inventory/docker_inspector.hpp"
#include "actors/observers/health_reporter.hpp"
#include "actors/observers/metrics_aggregator.hpp"
#include "actors/platform/relay.hpp"
#include "actors/platform/shell.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/scripted_docker.hpp"

#include <caf/all.hpp>
#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

namespace {

std::uint32_t meaning_index(resource_kind kind, std::string_view action) {
  return static_cast<std::uint32_t>(meaning_of(kind, action) - event_catalogue().data());
}

struct counting : support::deterministic_system {
  counting() {
    context->log = log.log();
    context->numbers = numbers;
    context->now = wall_clock();
    start_aggregator();
    context->handles.metrics = aggregator;
    run();
  }
  void start_aggregator() {
    aggregator =
        spawn<shell<metrics_aggregator>>(make_slot("metrics_aggregator"), context_ptr{context},
                                         aggregator_parts{.slots = {volumes, containers},
                                                          .queue = queue,
                                                          .memory = memory,
                                                          .stats_interval = 60s});
  }
  event_counters counters() { return *ask<event_counters>(aggregator, atom::counters_v)->value; }
  bool shows(const std::string& line) {
    const auto text = "\n" + *ask<std::string>(aggregator, atom::render_v)->value;
    INFO(text);
    return text.find("\n" + line + "\n") != std::string::npos;
  }

  std::shared_ptr<metrics::catalogue> numbers = std::make_shared<metrics::catalogue>();
  std::shared_ptr<admission> queue = std::make_shared<admission>(10);
  slot_ptr volumes = std::make_shared<actor_slot>("volume_handler", nullptr, queue);
  slot_ptr containers = std::make_shared<actor_slot>("container_handler", nullptr, queue);
  std::shared_ptr<stream_memory> memory = std::make_shared<stream_memory>();
  kept_log log;
  std::shared_ptr<actor_context> context = std::make_shared<actor_context>();
  metrics_aggregator_actor aggregator;
};

/// A health reporter whose numbers are zero.
struct reporting : counting {
  reporting() {
    reporter = spawn<shell<health_reporter>>(
        make_slot("health_reporter"), context_ptr{context},
        reporter_parts{.events_enabled = true, .idle_degraded_after = 5min});
    run();
  }
  health_report health() { return *ask<health_report>(reporter, atom::health_v)->value; }
  std::vector<std::string> not_ready() {
    return *ask<std::vector<std::string>>(reporter, atom::ready_v)->value;
  }
  void all_is_well() {
    send(reporter, connected_since(now()));
    send(reporter, store_report{.up = true, .why = {}});
    send(reporter, reconcile_status{.full_runs = 1,
                                    .volume_runs = 1,
                                    .container_runs = 1,
                                    .initial_done = true,
                                    .verified_at = now()});
    run();
  }

  health_reporter_actor reporter;
};

health_status check_of(const health_report& report, const std::string& name) {
  for (const auto& x : report.checks)
    if (x.name == name)
      return x.status;
  FAIL("no check of this name: ", name);
  return health_status::unhealthy;
}

} // namespace

TEST_CASE_FIXTURE(counting, "reports of work add up to the totals") {
  work_report report{.kind = resource_kind::volume,
                     .processed = {{meaning_index(resource_kind::volume, "create"), 3, now()},
                                   {meaning_index(resource_kind::volume, "destroy"), 2, now()}},
                     .failed = {{meaning_index(resource_kind::volume, "create"), 1, now()}},
                     .failed_why = ec::docker_timeout,
                     .committed_at = now() + 2'000'000,
                     .rows = {{row_kind::volume, operation::create, change_source::event, 3}},
                     .pending = 7};
  send(aggregator, report);
  send(aggregator, report);
  run();
  CHECK(counters().processed == 10);
  CHECK(counters().failed == 2);
  CHECK(shows("volumeviz_events_docker_events_processed_total{action=\"create\","
              "event_type=\"volume.create\"} 6"));
  CHECK(shows("volumeviz_events_docker_events_processed_total{action=\"destroy\","
              "event_type=\"volume.remove\"} 4"));
  CHECK(shows("volumeviz_events_docker_events_failed_total{error_type=\"docker_timeout\","
              "event_type=\"volume.create\"} 2"));
  CHECK(shows("volumeviz_events_docker_volumes_synced_total{operation=\"create\","
              "source=\"event\"} 6"));
}

TEST_CASE_FIXTURE(counting, "dropped events are counted over all mailboxes, once") {
  volumes->dropped = 3;
  containers->dropped = 4;
  CHECK(counters().dropped == 7);
  containers->dropped = 5;
  CHECK(counters().dropped == 8);
  CHECK(shows("volumeviz_events_docker_events_dropped_total 8"));
}

TEST_CASE_FIXTURE(counting, "events that died with their handler have failed") {
  send(aggregator, atom::lost_v, std::uint64_t{4});
  run();
  CHECK(counters().failed == 4);
}

TEST_CASE_FIXTURE(counting, "counters show the queue and the last event") {
  queue->enter();
  queue->enter();
  memory->last_event = 5;
  memory->last_event_received = 6;
  CHECK(counters().waiting == 2);
  CHECK(counters().last_event == 5);
  CHECK(counters().last_event_received == 6);
  CHECK(shows("volumeviz_events_docker_events_queue_size 2"));
}

TEST_CASE_FIXTURE(counting, "reports of the stream set its metrics") {
  send(aggregator, connected_since(now(), 2));
  run();
  CHECK(shows("volumeviz_events_docker_events_connection_status 1"));
  CHECK(shows("volumeviz_events_docker_events_reconnects_total 2"));
  auto ended = disconnected({ec::docker_unreachable, "connection reset"});
  ended.reconnects = 2;
  ended.lived_seconds = 12;
  send(aggregator, ended);
  run();
  CHECK(shows("volumeviz_events_docker_events_connection_status 0"));
  CHECK(shows("volumeviz_events_docker_events_reconnects_total 2"));
  CHECK(shows("volumeviz_events_docker_events_stream_duration_seconds_count 1"));
}

TEST_CASE_FIXTURE(counting,
                  "a list counts as a run of its kind, with its reasons and its failure") {
  list_report good;
  good.reasons = {list_reason::start, list_reason::overflow};
  good.ok = true;
  good.seconds = 0.5;
  send(aggregator, good);
  list_report bad;
  bad.kind = resource_kind::container;
  bad.reasons = {list_reason::demand};
  bad.why = {ec::docker_timeout, "no answer"};
  send(aggregator, bad);
  send(aggregator, atom::run_done_v, 1.5);
  run();
  CHECK(shows(
      "volumeviz_events_docker_reconciliation_runs_total{reconciliation_type=\"volumes\"} 1"));
  CHECK(shows("volumeviz_events_docker_reconciliation_runs_total{reconciliation_type=\"full\"} 1"));
  CHECK(shows("volumeviz_events_docker_reconciliation_failures_total{error_type=\"docker_timeout\","
              "reconciliation_type=\"containers\"} 1"));
  CHECK(shows("volumeviz_events_reconcile_requests_total{reason=\"overflow\"} 1"));
}

TEST_CASE_FIXTURE(counting, "a restarted metrics aggregator counts nothing twice") {
  volumes->dropped = 3;
  send(aggregator, connected_since(now(), 2));
  CHECK(counters().dropped == 3);
  start_aggregator();
  send(aggregator, connected_since(now(), 2));
  run();
  CHECK(counters().dropped == 3);
  CHECK(numbers->stream.reconnects.value() == 2);
}

TEST_CASE_FIXTURE(counting, "the log shows each actor's statistics at every interval") {
  volumes->handled = 12;
  volumes->mailbox = 3;
  volumes->busy_ns = 45'000'000;
  volumes->restarts = 1;
  advance(59s);
  CHECK_FALSE(log.has("actor="));
  advance(1s);
  CHECK(log.has("info actor=volume_handler mailbox=3 handled=12 busy_ms=45 restarts=1"));
  CHECK(log.has("info actor=container_handler mailbox=0 handled=0 busy_ms=0 restarts=0"));
  advance(60s);
  CHECK(log.count("actor=volume_handler") == 2);
}

TEST_CASE_FIXTURE(reporting, "a node without any report yet is neither ready nor healthy") {
  CHECK(health().status == health_status::unhealthy);
  CHECK(not_ready().size() == 2);
}

TEST_CASE_FIXTURE(reporting, "a node whose parts all work is healthy and ready") {
  all_is_well();
  const auto report = health();
  CHECK(report.status == health_status::healthy);
  CHECK(report.now == now());
  CHECK(report.events.full_runs == 1);
  CHECK(report.events.verified_at == now());
  CHECK(not_ready().empty());
}

TEST_CASE_FIXTURE(reporting,
                  "a node without its stream is unhealthy, with the reason, and stays ready") {
  all_is_well();
  send(reporter, disconnected({ec::docker_unreachable, "connection refused"}));
  run();
  const auto report = health();
  CHECK(report.status == health_status::unhealthy);
  CHECK_FALSE(report.events.connected);
  REQUIRE_FALSE(report.events.reasons.empty());
  CHECK(report.events.reasons[0].find("connection refused") != std::string::npos);
  CHECK(check_of(report, "docker") == health_status::unhealthy);
  CHECK(not_ready().empty());
}

TEST_CASE_FIXTURE(reporting, "events that the daemon refuses make the check docker unhealthy") {
  all_is_well();
  auto refused = disconnected({ec::docker_refused, "the daemon answered 403"});
  refused.docker_answers = true; // it is not away
  send(reporter, refused);
  run();
  CHECK(check_of(health(), "docker") == health_status::unhealthy);
}

TEST_CASE_FIXTURE(reporting, "rejected rows are a reason of the database until they are written") {
  all_is_well();
  send(reporter, rejected_report{resource_kind::volume, 2, now(), "volume \"v\" (too long)"});
  send(reporter, rejected_report{resource_kind::container, 1, now(), "mount \"c\" (too long)"});
  run();
  CHECK(health().status == health_status::healthy);
  CHECK(health().checks[1].reasons.size() == 2);
  send(reporter, rejected_report{.kind = resource_kind::volume, .first = {}});
  run();
  REQUIRE(health().checks[1].reasons.size() == 1);
  CHECK(health().checks[1].reasons[0].find("1 container row has been rejected")
        != std::string::npos);
}

TEST_CASE_FIXTURE(reporting, "a node whose database is away is unhealthy and not ready") {
  all_is_well();
  send(reporter, store_report{.up = false, .why = {ec::store_unreachable, "connection refused"}});
  run();
  CHECK(check_of(health(), "database") == health_status::unhealthy);
  REQUIRE(not_ready().size() == 1);
  CHECK(not_ready()[0].find("connection refused") != std::string::npos);
}

TEST_CASE_FIXTURE(reporting, "a node that stands by is degraded and not ready, and says why") {
  all_is_well();
  send(reporter, store_report{.up = true,
                              .standby = true,
                              .why = {ec::store_unreachable, "another node writes"}});
  run();
  CHECK(health().status == health_status::degraded);
  CHECK(check_of(health(), "database") == health_status::degraded);
  REQUIRE(not_ready().size() == 1);
  CHECK(not_ready()[0] == "this node stands by: another node writes");
  send(reporter, store_report{.up = false, .why = {ec::store_unreachable, "gone"}});
  run();
  CHECK(check_of(health(), "database") == health_status::unhealthy);
  CHECK(not_ready() == std::vector<std::string>{"the database is not ready: gone"});
  send(reporter, store_report{.up = true, .why = {}});
  run();
  CHECK(health().status == health_status::healthy);
  CHECK(not_ready().empty());
}

TEST_CASE_FIXTURE(counting, "the metrics show that a node stands by") {
  send(aggregator, store_report{.up = true, .standby = true, .why = {}});
  run();
  CHECK(shows("volumeviz_events_standby 1"));
  CHECK(shows("volumeviz_events_database_up 1"));
  send(aggregator, store_report{.up = true, .why = {}});
  run();
  CHECK(shows("volumeviz_events_standby 0"));
}

TEST_CASE_FIXTURE(reporting, "a store that has not reported for long counts as away") {
  all_is_well();
  advance(11s);
  CHECK(check_of(health(), "database") == health_status::healthy);
  advance(2s);
  CHECK(check_of(health(), "database") == health_status::unhealthy);
  CHECK(not_ready().size() == 1);
}

TEST_CASE_FIXTURE(reporting, "a connected stream without events for long is degraded") {
  memory->last_event_received = now();
  all_is_well();
  advance(5min + 1s);
  send(reporter, store_report{.up = true, .why = {}});
  run();
  CHECK(health().events.status == health_status::degraded);
  CHECK(health().status == health_status::degraded);
}

TEST_CASE_FIXTURE(reporting, "health shows the aggregator's counters") {
  volumes->dropped = 2;
  send(aggregator, atom::lost_v, std::uint64_t{4});
  all_is_well();
  CHECK(health().events.dropped_total == 2);
  CHECK(health().events.errors_total == 4);
}

TEST_CASE_FIXTURE(counting, "a restarting inspector says nothing about the daemon") {
  auto slot = make_slot("container_inspector");
  auto way = std::make_shared<route>(slot);
  auto reporter = spawn<shell<health_reporter>>(
      make_slot("health_reporter"), context_ptr{context},
      reporter_parts{.events_enabled = false,
                     .idle_degraded_after = {},
                     .probe = caf::actor_cast<docker_inspector_actor>(make_relay(caf(), way))});
  auto docker_status = [&] {
    return check_of(*ask<health_report>(reporter, atom::health_v)->value, "docker");
  };
  advance(1s);
  CHECK(docker_status() == health_status::not_configured);
  support::scripted_docker docker{wall_clock()};
  way->lead_to(caf::actor_cast<caf::strong_actor_ptr>(spawn<shell<docker_inspector>>(
      slot, context_ptr{context}, inspector_parts{docker.make_client()})));
  advance(100ms);
  CHECK(docker_status() == health_status::healthy);
  docker.fail(support::docker_call::identify, {ec::docker_unreachable, "connection refused"});
  advance(6s);
  CHECK(docker_status() == health_status::unhealthy);
}
