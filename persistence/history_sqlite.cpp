#include "persistence/history_sql.hpp"

namespace volumeviz::persistence {

namespace {

// AUTOINCREMENT: the id of a change that was trimmed is never used again. history_context: what the
// writer says about its transaction, see persistence/history_context.hpp; empty between
// transactions.
constexpr const char* sqlite_tables = R"sql(
ALTER TABLE volumes ADD COLUMN in_history BOOLEAN NOT NULL DEFAULT 1;
ALTER TABLE containers ADD COLUMN in_history BOOLEAN NOT NULL DEFAULT 1;
ALTER TABLE volume_mounts ADD COLUMN in_history BOOLEAN NOT NULL DEFAULT 1;
CREATE TABLE changes (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  operation TEXT NOT NULL,
  volume_id TEXT,
  container_id TEXT,
  mount_path TEXT,
  name TEXT NOT NULL,
  image TEXT,
  at TEXT NOT NULL,
  not_before TEXT,
  source TEXT NOT NULL,
  old TEXT,
  new TEXT,
  recorded_at TEXT NOT NULL,
  began_at TEXT,
  span INTEGER,
  before TEXT
);
CREATE INDEX changes_of_host ON changes (host, id);
CREATE INDEX changes_of_volume ON changes (volume_id, kind, host, id) WHERE volume_id IS NOT NULL;
CREATE INDEX changes_of_container ON changes (container_id, kind, host, id) WHERE container_id IS NOT NULL;
CREATE INDEX changes_of_mount ON changes (container_id, mount_path, volume_id, host, id) WHERE kind = 'mount';
CREATE INDEX changes_by_span ON changes (host, kind, span, began_at) WHERE span IS NOT NULL;
CREATE TABLE history_hosts (
  host TEXT NOT NULL PRIMARY KEY,
  begins_at TEXT,
  trimmed_id INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE volume_usage (
  host TEXT NOT NULL,
  volume_id TEXT NOT NULL,
  last_used_at TEXT,
  container_id TEXT,
  container_name TEXT,
  container_image TEXT,
  orphaned_since TEXT,
  PRIMARY KEY (host, volume_id)
) WITHOUT ROWID;
CREATE TABLE history_context (
  host TEXT NOT NULL,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  at TEXT NOT NULL,
  not_before TEXT,
  source TEXT NOT NULL,
  PRIMARY KEY (host, kind, key)
) WITHOUT ROWID;
INSERT INTO history_hosts (host, begins_at)
SELECT host, strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now') FROM hosts;
INSERT INTO volume_usage (host, volume_id, orphaned_since)
SELECT v.host, v.volume_id, strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now') FROM volumes v WHERE NOT EXISTS (
  SELECT 1 FROM volume_mounts m WHERE m.host = v.host AND m.volume_id = v.volume_id);
)sql";

// As on PostgreSQL.
constexpr const char* sqlite_hosts = R"sql(
CREATE TRIGGER history_of_new_hosts AFTER INSERT ON hosts BEGIN
  INSERT INTO history_hosts (host) SELECT NEW.host
  WHERE NOT EXISTS (SELECT 1 FROM history_hosts WHERE host = NEW.host);
END;
CREATE TRIGGER history_of_verified_hosts AFTER UPDATE OF verified_at ON hosts
WHEN OLD.verified_at IS NULL AND NEW.verified_at IS NOT NULL BEGIN
  UPDATE history_hosts SET begins_at = NEW.first_seen_at WHERE host = NEW.host AND begins_at IS NULL;
END;
)sql";

} // namespace

const char* history_of_sqlite() {
  static const std::string whole =
      std::string{sqlite_tables} + sqlite_hosts + sqlite_history_triggers();
  return whole.c_str();
}

} // namespace volumeviz::persistence
