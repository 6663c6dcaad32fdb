#include "persistence/history_sql.hpp"
#include "persistence/schema.hpp"

#include <array>

namespace volumeviz::persistence {

namespace {

// Keys are compared byte by byte ("C"): pages have the same order as on SQLite, and an update of
// the system's collations can't damage an index. There is no foreign key from a mount to its
// volume: a container's mount may name a volume whose own event is still on its way. Instead, a
// trigger deletes the mounts of a volume that is deleted.
constexpr const char* first_postgresql = R"sql(
CREATE TABLE hosts (
  host text COLLATE "C" NOT NULL PRIMARY KEY,
  engine_id text NOT NULL DEFAULT '',
  engine_version text NOT NULL DEFAULT '',
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz,
  verified_at timestamptz
);
CREATE TABLE volumes (
  host text COLLATE "C" NOT NULL REFERENCES hosts (host) ON DELETE CASCADE,
  volume_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  driver text NOT NULL,
  mountpoint text NOT NULL,
  labels jsonb NOT NULL,
  options jsonb NOT NULL,
  scope text NOT NULL,
  status text NOT NULL DEFAULT 'active',
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (host, volume_id)
);
CREATE TABLE containers (
  host text COLLATE "C" NOT NULL REFERENCES hosts (host) ON DELETE CASCADE,
  container_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  image text NOT NULL,
  state text NOT NULL,
  status text NOT NULL,
  labels jsonb NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  is_active boolean NOT NULL,
  created_at timestamptz,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (host, container_id)
);
CREATE TABLE volume_mounts (
  host text COLLATE "C" NOT NULL REFERENCES hosts (host) ON DELETE CASCADE,
  volume_id text COLLATE "C" NOT NULL,
  container_id text COLLATE "C" NOT NULL,
  mount_path text COLLATE "C" NOT NULL,
  access_mode text NOT NULL CHECK (access_mode IN ('rw', 'ro')),
  is_active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (host, volume_id, container_id, mount_path),
  FOREIGN KEY (host, container_id) REFERENCES containers (host, container_id) ON DELETE CASCADE
);
CREATE INDEX volume_mounts_by_container ON volume_mounts (host, container_id);
CREATE FUNCTION volumes_take_their_mounts_along() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM volume_mounts WHERE host = OLD.host AND volume_id = OLD.volume_id;
  RETURN NULL;
END
$$;
CREATE TRIGGER volumes_take_their_mounts_along AFTER DELETE ON volumes
  FOR EACH ROW EXECUTE FUNCTION volumes_take_their_mounts_along();
)sql";

} // namespace

std::span<const migration> postgresql_migrations() {
  static const std::array steps{migration{1, "inventory", first_postgresql},
                                migration{2, "history", history_of_postgresql()}};
  return steps;
}

} // namespace volumeviz::persistence
