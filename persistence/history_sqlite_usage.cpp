#include "persistence/history_sql.hpp"

namespace volumeviz::persistence {

namespace {

constexpr const char* volume_inserted = R"sql(
  INSERT INTO volume_usage (host, volume_id, orphaned_since)
  SELECT NEW.host, NEW.volume_id, {happened} WHERE NOT EXISTS (
    SELECT 1 FROM volume_mounts WHERE host = NEW.host AND volume_id = NEW.volume_id)
  ON CONFLICT (host, volume_id) DO UPDATE SET orphaned_since = excluded.orphaned_since;
  UPDATE volume_mounts SET in_history = 0
  WHERE NOT NEW.in_history AND host = NEW.host AND volume_id = NEW.volume_id AND in_history;
)sql";

// A volume that was created anew under its name has no user yet.
constexpr const char* volume_updated = R"sql(
  DELETE FROM volume_usage WHERE OLD.created_at IS NOT NEW.created_at AND host = NEW.host AND volume_id = NEW.volume_id;
  INSERT INTO volume_usage (host, volume_id, orphaned_since)
  SELECT NEW.host, NEW.volume_id, {happened} WHERE OLD.created_at IS NOT NEW.created_at AND NOT EXISTS (
    SELECT 1 FROM volume_mounts WHERE host = NEW.host AND volume_id = NEW.volume_id);
  UPDATE volume_mounts SET in_history = NEW.in_history AND (
    SELECT c.in_history FROM containers c WHERE c.host = NEW.host AND c.container_id = volume_mounts.container_id)
  WHERE OLD.in_history IS NOT NEW.in_history AND host = NEW.host AND volume_id = NEW.volume_id
    AND in_history IS NOT (NEW.in_history AND (SELECT c.in_history FROM containers c
      WHERE c.host = NEW.host AND c.container_id = volume_mounts.container_id));
)sql";

constexpr const char* volume_removed = R"sql(
  DELETE FROM volume_usage WHERE host = OLD.host AND volume_id = OLD.volume_id;
)sql";

// access_mode is never NULL: a column that no index has, or SQLite would read all mounts of the
// host in the index of the primary key, which covers the query, not those of the container.
constexpr const char* container_updated = R"sql(
  INSERT INTO volume_usage (host, volume_id, last_used_at, container_id, container_name, container_image)
  SELECT m.host, m.volume_id, {happened}, NEW.container_id, NEW.name, NEW.image
  FROM volume_mounts m
  WHERE OLD.is_active AND NOT NEW.is_active AND m.host = NEW.host AND m.container_id = NEW.container_id
    AND m.access_mode IS NOT NULL
  ON CONFLICT (host, volume_id) DO UPDATE SET last_used_at = excluded.last_used_at,
    container_id = excluded.container_id, container_name = excluded.container_name,
    container_image = excluded.container_image
    WHERE last_used_at IS NULL OR last_used_at <= excluded.last_used_at;
)sql";

constexpr const char* mount_inserted = R"sql(
  UPDATE volume_usage SET orphaned_since = NULL
  WHERE host = NEW.host AND volume_id = NEW.volume_id AND orphaned_since IS NOT NULL;
)sql";

// A mount that goes while its container runs was used until then. When the container's row has gone
// already, history_of_running_container has seen to this.
constexpr const char* mount_removed = R"sql(
  INSERT INTO volume_usage (host, volume_id, last_used_at, container_id, container_name, container_image, orphaned_since)
  SELECT OLD.host, OLD.volume_id, CASE WHEN runs THEN happened END, CASE WHEN runs THEN OLD.container_id END,
         CASE WHEN runs THEN name END, CASE WHEN runs THEN image END, CASE WHEN NOT mounted THEN happened END
  FROM (SELECT {happened} AS happened, c.name, c.image, coalesce(c.is_active, 0) AS runs,
               EXISTS (SELECT 1 FROM volume_mounts WHERE host = OLD.host AND volume_id = OLD.volume_id) AS mounted,
               EXISTS (SELECT 1 FROM volumes WHERE host = OLD.host AND volume_id = OLD.volume_id) AS known
        FROM (SELECT 1) LEFT JOIN containers c ON c.host = OLD.host AND c.container_id = OLD.container_id LIMIT 1)
  WHERE (known OR mounted) AND (runs OR NOT mounted)
  ON CONFLICT (host, volume_id) DO UPDATE SET
    last_used_at = coalesce(excluded.last_used_at, last_used_at),
    container_id = CASE WHEN excluded.last_used_at IS NULL THEN container_id ELSE excluded.container_id END,
    container_name = CASE WHEN excluded.last_used_at IS NULL THEN container_name ELSE excluded.container_name END,
    container_image = CASE WHEN excluded.last_used_at IS NULL THEN container_image ELSE excluded.container_image END,
    orphaned_since = excluded.orphaned_since;
  DELETE FROM volume_usage WHERE host = OLD.host AND volume_id = OLD.volume_id
    AND NOT EXISTS (SELECT 1 FROM volume_mounts WHERE host = OLD.host AND volume_id = OLD.volume_id)
    AND NOT EXISTS (SELECT 1 FROM volumes WHERE host = OLD.host AND volume_id = OLD.volume_id);
)sql";

// The cascade deletes the mounts of a container after the container itself, which then can't be
// asked whether it runs. The node deletes the mounts first.
constexpr const char* sqlite_running = R"sql(
CREATE TRIGGER history_of_running_container BEFORE DELETE ON containers WHEN OLD.is_active BEGIN
  INSERT INTO volume_usage (host, volume_id, last_used_at, container_id, container_name, container_image)
  SELECT m.host, m.volume_id, {happened}, OLD.container_id, OLD.name, OLD.image
  FROM volume_mounts m
  WHERE m.host = OLD.host AND m.container_id = OLD.container_id
    AND m.access_mode IS NOT NULL
  ON CONFLICT (host, volume_id) DO UPDATE SET last_used_at = excluded.last_used_at,
    container_id = excluded.container_id, container_name = excluded.container_name,
    container_image = excluded.container_image
    WHERE last_used_at IS NULL OR last_used_at <= excluded.last_used_at;
END;
)sql";

} // namespace

sqlite_usage sqlite_usage_of(std::string_view kind) {
  if (kind == "volume")
    return {volume_inserted, volume_updated, volume_removed};
  if (kind == "container")
    return {"", container_updated, ""};
  return {mount_inserted, mount_inserted, mount_removed};
}

const char* sqlite_running_containers() {
  return sqlite_running;
}

} // namespace volumeviz::persistence
