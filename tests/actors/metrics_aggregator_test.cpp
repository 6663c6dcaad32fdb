// The metrics aggregator: what it counts, and what it logs.

#include "tests/actors/counting_rig.hpp"

#include <doctest/doctest.h>

using namespace volumeviz;
using namespace volumeviz::testing;
using namespace std::chrono_literals;

namespace {

std::uint32_t meaning_index(resource_kind kind, std::string_view action) {
  return static_cast<std::uint32_t>(meaning_of(kind, action) - event_catalogue().data());
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

TEST_CASE_FIXTURE(counting, "the metrics show that a node stands by") {
  send(aggregator, store_report{.up = true, .standby = true, .why = {}});
  run();
  CHECK(shows("volumeviz_events_standby 1"));
  CHECK(shows("volumeviz_events_database_up 1"));
  send(aggregator, store_report{.up = true, .why = {}});
  run();
  CHECK(shows("volumeviz_events_standby 0"));
}
