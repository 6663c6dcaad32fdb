#include "persistence/history_sql.hpp"
#include "persistence/schema.hpp"

#include <array>

namespace volumeviz::persistence {

namespace {

// Times are ISO 8601 text of one width, so they sort; truth values are 0 and 1. There is no foreign
// key from a mount to its volume: a container's mount may name a volume whose own event is still on
// its way. Instead, a trigger deletes the mounts of a volume that is deleted.
constexpr const char* first_sqlite = R"sql(
CREATE TABLE hosts (
  host TEXT NOT NULL PRIMARY KEY,
  engine_id TEXT NOT NULL DEFAULT '',
  engine_version TEXT NOT NULL DEFAULT '',
  first_seen_at TEXT NOT NULL,
  last_seen_at TEXT,
  verified_at TEXT
);
CREATE TABLE volumes (
  host TEXT NOT NULL REFERENCES hosts (host) ON DELETE CASCADE,
  volume_id TEXT NOT NULL,
  name TEXT NOT NULL,
  driver TEXT NOT NULL,
  mountpoint TEXT NOT NULL,
  labels TEXT NOT NULL CHECK (json_valid(labels)),
  options TEXT NOT NULL CHECK (json_valid(options)),
  scope TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active',
  is_active BOOLEAN NOT NULL DEFAULT 1,
  created_at TEXT,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (host, volume_id)
);
CREATE TABLE containers (
  host TEXT NOT NULL REFERENCES hosts (host) ON DELETE CASCADE,
  container_id TEXT NOT NULL,
  name TEXT NOT NULL,
  image TEXT NOT NULL,
  state TEXT NOT NULL,
  status TEXT NOT NULL,
  labels TEXT NOT NULL CHECK (json_valid(labels)),
  started_at TEXT,
  finished_at TEXT,
  is_active BOOLEAN NOT NULL,
  created_at TEXT,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (host, container_id)
);
CREATE TABLE volume_mounts (
  host TEXT NOT NULL REFERENCES hosts (host) ON DELETE CASCADE,
  volume_id TEXT NOT NULL,
  container_id TEXT NOT NULL,
  mount_path TEXT NOT NULL,
  access_mode TEXT NOT NULL CHECK (access_mode IN ('rw', 'ro')),
  is_active BOOLEAN NOT NULL DEFAULT 1,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (host, volume_id, container_id, mount_path),
  FOREIGN KEY (host, container_id) REFERENCES containers (host, container_id) ON DELETE CASCADE
);
CREATE INDEX volume_mounts_by_container ON volume_mounts (host, container_id);
CREATE TRIGGER volumes_take_their_mounts_along AFTER DELETE ON volumes BEGIN
  DELETE FROM volume_mounts WHERE host = OLD.host AND volume_id = OLD.volume_id;
END;
)sql";

} // namespace

std::span<const migration> sqlite_migrations() {
  static const std::array steps{migration{1, "inventory", first_sqlite},
                                migration{2, "history", history_of_sqlite()}};
  return steps;
}

} // namespace volumeviz::persistence
