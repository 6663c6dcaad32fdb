#pragma once

#include "messages/fleet.hpp"
#include "messages/reports.hpp"

namespace volumeviz::wire::testing {

/// A batch with a value in each field.
inline link_chunk full_chunk() {
  link_chunk chunk{.token = "secret", .seq = 7, .index = 1, .last = true, .part = {}};
  chunk.part.host = "web-1";
  chunk.part.volumes = {.present = {{.name = "db",
                                     .driver = "local",
                                     .mountpoint = "/data",
                                     .labels = {{"a", "1"}, {"b", ""}},
                                     .options = {{"type", "nfs"}},
                                     .scope = "local",
                                     .created_at = 12,
                                     .recreated = true}},
                        .gone = {"old", "older"},
                        .complete = true,
                        .confirmed = true};
  chunk.part.containers = {
      .present = {{.id = "c1",
                   .name = "web",
                   .image = "nginx",
                   .state = "running",
                   .status = "Up",
                   .labels = {{"x", std::string(300, 'y')}},
                   .mounts = {{.volume = "db", .path = "/d", .writable = false}},
                   .created_at = 1,
                   .started_at = 2,
                   .finished_at = 3,
                   .from_inspect = true}},
      .gone = {"c0"},
      .complete = false,
      .confirmed = false};
  chunk.part.facts = {
      .engine_id = "e", .engine_version = "27", .last_seen_at = 5, .verified_at = 6};
  return chunk;
}

inline link_heartbeat full_heartbeat() {
  return {.token = "secret",
          .engine_id = "e",
          .engine_version = "27",
          .connected = true,
          .status = health_status::degraded,
          .queue_size = 3,
          .verified_ago_ms = 1000,
          .reasons = {"the daemon is slow", "the disk is full"}};
}

inline agent_hello full_hello() {
  return {
      .host = "web-1", .program_version = "1.2.3", .engine_id = "e", .incarnation = 9, .acked = 8};
}

inline write_answer full_answer() {
  write_answer x{.ok = true, .why = {.code = ec::store_rejected, .text = "no"}, .summary = {}};
  x.summary.changes = {{.kind = row_kind::mount,
                        .op = volumeviz::operation::remove,
                        .key = "c1",
                        .detail = "db at /d"}};
  x.summary.rejected = {{.kind = row_kind::container, .key = "c2", .reason = "too long"}};
  x.summary.needs_inspect = {"c3"};
  return x;
}

} // namespace volumeviz::wire::testing
