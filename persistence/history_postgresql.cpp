#include "persistence/history_sql.hpp"

namespace volumeviz::persistence {

namespace {

// `changes` only grows at its end, and is trimmed at its beginning, 500 rows at a time:
// - Its dead rows lie together. With the server's defaults autovacuum would wait until a fifth of
//   the table is dead, and the table would keep that much space for good. Here it runs after 5,000
//   rows and 2 %, so the space is used again soon.
// - Pages of new rows are marked as all-visible after 5 % of growth, so that scans of the indexes
//   need not read the table, and the later freezing finds little to do.
// - The statistics of `host` and `span` follow a new host's first inventory after 5 % of growth.
// A row is never updated, so pages are filled completely. volume_usage is updated in place (HOT)
// because its pages keep a third free.
constexpr const char* postgresql_tables = R"sql(
ALTER TABLE volumes ADD COLUMN in_history boolean NOT NULL DEFAULT true;
ALTER TABLE containers ADD COLUMN in_history boolean NOT NULL DEFAULT true;
ALTER TABLE volume_mounts ADD COLUMN in_history boolean NOT NULL DEFAULT true;
CREATE TABLE changes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  host text COLLATE "C" NOT NULL,
  kind text COLLATE "C" NOT NULL CHECK (kind IN ('volume', 'container', 'mount')),
  operation text COLLATE "C" NOT NULL CHECK (operation IN ('create', 'update', 'remove')),
  volume_id text COLLATE "C",
  container_id text COLLATE "C",
  mount_path text COLLATE "C",
  name text NOT NULL,
  image text,
  at timestamptz NOT NULL,
  not_before timestamptz,
  source text COLLATE "C" NOT NULL CHECK (source IN ('event', 'reconciliation', 'client')),
  old jsonb,
  new jsonb,
  recorded_at timestamptz NOT NULL,
  began_at timestamptz,
  span smallint,
  before jsonb
) WITH (autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_scale_factor = 0.02,
        autovacuum_vacuum_insert_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0.05,
        autovacuum_analyze_threshold = 5000, autovacuum_analyze_scale_factor = 0.05);
CREATE INDEX changes_of_host ON changes (host, id);
CREATE INDEX changes_of_volume ON changes (volume_id, kind, host, id) WHERE volume_id IS NOT NULL;
CREATE INDEX changes_of_container ON changes (container_id, kind, host, id) WHERE container_id IS NOT NULL;
CREATE INDEX changes_of_mount ON changes (container_id, mount_path, volume_id, host, id) WHERE kind = 'mount';
CREATE INDEX changes_by_span ON changes (host, kind, span, began_at) WHERE span IS NOT NULL;
CREATE TABLE history_hosts (
  host text COLLATE "C" NOT NULL PRIMARY KEY,
  begins_at timestamptz,
  trimmed_id bigint NOT NULL DEFAULT 0
);
CREATE TABLE volume_usage (
  host text COLLATE "C" NOT NULL,
  volume_id text COLLATE "C" NOT NULL,
  last_used_at timestamptz,
  container_id text COLLATE "C",
  container_name text,
  container_image text,
  orphaned_since timestamptz,
  PRIMARY KEY (host, volume_id)
) WITH (fillfactor = 70);
INSERT INTO history_hosts (host, begins_at) SELECT host, now() FROM hosts;
INSERT INTO volume_usage (host, volume_id, orphaned_since)
SELECT v.host, v.volume_id, now() FROM volumes v WHERE NOT EXISTS (
  SELECT FROM volume_mounts m WHERE m.host = v.host AND m.volume_id = v.volume_id);
)sql";

// A time in JSON is ISO 8601 in UTC, whatever the time zone of the client.
//
// history_told: what the writer says about its transaction, by host, see
// persistence/history_context.hpp. Other clients say nothing.
//
// history_horizon: ids are drawn before their transaction commits, so a reader that follows the
// feed by id needs to know which ids may still come. Each transaction locks, until its end, a
// number below all ids that it draws: the last one that was drawn before. Assignments, here and in
// the triggers, because plpgsql evaluates a plain expression without the executor.
constexpr const char* postgresql_functions = R"sql(
CREATE FUNCTION history_time(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
CREATE FUNCTION history_told() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('volumeviz.told', true), '')::jsonb
$$;
CREATE FUNCTION history_horizon() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before_ours bigint;
  nothing text;
BEGIN
  IF coalesce(current_setting('volumeviz.horizon', true), '') = '' THEN
    before_ours := coalesce(pg_sequence_last_value('changes_id_seq'::regclass), 0);
    nothing := pg_advisory_xact_lock_shared((7663 << 16) | (before_ours >> 31)::integer,
                                            (before_ours & 2147483647)::integer);
    nothing := set_config('volumeviz.horizon', before_ours::text, true);
  END IF;
END
$$;
)sql";

// A host whose first inventory was empty is known from its first moment on: it has been verified
// without any change.
constexpr const char* postgresql_hosts = R"sql(
CREATE FUNCTION history_of_hosts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO history_hosts (host) VALUES (NEW.host) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE history_hosts SET begins_at = NEW.first_seen_at WHERE host = NEW.host AND begins_at IS NULL;
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER history_of_new_hosts AFTER INSERT ON hosts FOR EACH ROW EXECUTE FUNCTION history_of_hosts();
CREATE TRIGGER history_of_verified_hosts AFTER UPDATE OF verified_at ON hosts
  FOR EACH ROW WHEN (OLD.verified_at IS NULL AND NEW.verified_at IS NOT NULL) EXECUTE FUNCTION history_of_hosts();
)sql";

} // namespace

std::string postgresql_history_tables() {
  return postgresql_tables;
}

std::string postgresql_history_functions() {
  return std::string{postgresql_functions} + postgresql_hosts;
}

const char* history_of_postgresql() {
  static const std::string whole = postgresql_history_tables() + postgresql_history_functions()
                                   + postgresql_history_triggers() + postgresql_as_of_functions();
  return whole.c_str();
}

} // namespace volumeviz::persistence
