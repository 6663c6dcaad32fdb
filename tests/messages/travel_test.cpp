// Serialises and deserialises each type that is sent to another process. A field that is missing in
// inspect() would be lost silently.

#include "messages/type_ids.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <vector>

using namespace volumeviz;

namespace {

template <class T>
T sent(T x) {
  std::vector<char> bytes;
  caf::binary_serializer out{nullptr, bytes};
  REQUIRE_FALSE(out(x));
  T there{};
  caf::binary_deserializer in{nullptr, bytes};
  REQUIRE_FALSE(in(there));
  return there;
}

volume some_volume() {
  return {.name = "db",
          .driver = "local",
          .mountpoint = "/var/lib/docker/volumes/db/_data",
          .labels = {{"a", "1"}, {"b", ""}},
          .options = {{"type", "nfs"}},
          .scope = "local",
          .created_at = 12,
          .recreated = true};
}

container some_container() {
  return {.id = "c1",
          .name = "web",
          .image = "nginx",
          .state = "running",
          .status = "Up (healthy)",
          .labels = {{"x", "y"}},
          .mounts = {{.volume = "db", .path = "/data", .writable = false}},
          .created_at = 1,
          .started_at = 2,
          .finished_at = 3,
          .from_inspect = true,
          .times_unknown = true};
}

change_batch some_batch() {
  change_batch batch;
  batch.host = "h";
  batch.volumes = {.present = {some_volume()},
                   .gone = {"old"},
                   .complete = true,
                   .confirmed = true,
                   .also_present = {"heavy"},
                   .spared = {.drivers = {"nas"},
                              .all = true,
                              .others = true,
                              .known = {"local"},
                              .mounted = true,
                              .unverified = {"v1"},
                              .all_unverified = true},
                   .told = {{.key = "db", .at = 13}}};
  batch.containers = {
      .present = {some_container()}, .gone = {"c0"}, .complete = true, .confirmed = true};
  batch.facts = {.engine_id = "e", .engine_version = "20.10", .last_seen_at = 5, .verified_at = 6};
  batch.observed_at = 14;
  return batch;
}

write_summary some_summary() {
  write_summary x;
  x.changes = {
      {.kind = row_kind::mount, .op = operation::remove, .key = "c1", .detail = "db at /data"}};
  x.rejected = {{.kind = row_kind::container, .key = "k", .reason = "too long"}};
  x.refused = true;
  x.locked_out = true;
  x.taken_anew = true;
  x.needs_inspect = {"c1"};
  x.spared = {"v1"};
  x.more_spared = 2;
  x.replaced_text = 3;
  x.statements = 4;
  x.more_changes = {{.kind = row_kind::volume, .op = operation::update, .count = 7}};
  x.more_rejected = 8;
  x.more_needs_inspect = 9;
  return x;
}

} // namespace

TEST_CASE("a batch of changes is serialised completely") {
  CHECK(sent(some_batch()) == some_batch());
}

TEST_CASE("the result of a write is serialised completely") {
  CHECK(sent(some_summary()) == some_summary());
  auto answer =
      sent(write_answer{.ok = true, .why = {ec::store_rejected, "no"}, .summary = some_summary()});
  CHECK(answer.ok);
  CHECK(answer.why == failure{ec::store_rejected, "no"});
  CHECK(answer.summary == some_summary());
}

TEST_CASE("an event is serialised completely") {
  docker_event x{.kind = resource_kind::container, .action = "die", .id = "c1", .time = 99};
  CHECK(sent(x) == x);
}

TEST_CASE("an observation is serialised completely") {
  observation x;
  x.ok = true;
  x.why = {ec::docker_timeout, "slow"};
  x.batch = some_batch();
  x.failed = {{"k", {ec::docker_refused, "500"}}};
  x.warnings = {"a plugin is dead"};
  x.left_out = {{.position = 3, .key = "k", .driver = "nas", .why = "its labels are odd"}};
  auto y = sent(x);
  CHECK(y.ok);
  CHECK(y.why == x.why);
  CHECK(y.batch == x.batch);
  REQUIRE(y.failed.size() == 1);
  CHECK(y.failed[0].key == "k");
  CHECK(y.failed[0].why == x.failed[0].why);
  CHECK(y.warnings == x.warnings);
  CHECK(y.left_out == x.left_out);
}

TEST_CASE("health and the actors' reports are serialised completely") {
  health_report x;
  x.status = health_status::degraded;
  x.now = 1;
  x.checks = {{.name = "docker", .status = health_status::unhealthy, .reasons = {"away"}}};
  x.events = {.status = health_status::degraded,
              .connected = true,
              .queue_size = 2,
              .processed_total = 3,
              .errors_total = 4,
              .dropped_total = 5,
              .reconnects_total = 6,
              .last_event = 7,
              .last_reconnect = 8,
              .full_runs = 9,
              .volume_runs = 10,
              .container_runs = 11,
              .verified_at = 12,
              .reasons = {"idle"}};
  CHECK(sent(x) == x);
  actor_report y{.name = "a",
                 .parent = "b",
                 .state = "running",
                 .restarts = 1,
                 .mailbox = 2,
                 .mailbox_limit = 3,
                 .handled = 4,
                 .dropped = 5,
                 .busy_ms = 6};
  CHECK(sent(y) == y);
}

TEST_CASE("requests and tickets are serialised completely") {
  reconcile_ticket ticket{.run_id = 7, .scope = reconcile_scope::containers};
  CHECK(sent(ticket) == ticket);
  auto question =
      sent(fetch_request{.kind = resource_kind::container, .list = true, .keys = {"a", "b"}});
  CHECK(question.kind == resource_kind::container);
  CHECK(question.list);
  CHECK(question.keys == std::vector<std::string>{"a", "b"});
}

TEST_CASE("text with any bytes is serialised unchanged") {
  CHECK(rc::check([](const std::string& name, const std::map<std::string, std::string>& labels) {
    volume x;
    x.name = name;
    x.labels = labels;
    RC_ASSERT(sent(x) == x);
  }));
}

TEST_CASE("a truncated message is an error, not a crash") {
  auto batch = some_batch();
  std::vector<char> bytes;
  caf::binary_serializer out{nullptr, bytes};
  REQUIRE_FALSE(out(batch));
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    std::vector<char> half(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    caf::binary_deserializer in{nullptr, half};
    change_batch there;
    CHECK(in(there));
  }
}
