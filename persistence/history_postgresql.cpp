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
  trimmed_id bigint NOT NULL DEFAULT 0,
  complete boolean NOT NULL DEFAULT false
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
INSERT INTO history_hosts (host, begins_at, complete) SELECT host, now(), verified_at IS NOT NULL FROM hosts;
INSERT INTO volume_usage (host, volume_id, orphaned_since)
SELECT v.host, v.volume_id, now() FROM volumes v WHERE NOT EXISTS (
  SELECT FROM volume_mounts m WHERE m.host = v.host AND m.volume_id = v.volume_id);
)sql";

// A time in JSON is ISO 8601 in UTC, whatever the time zone of the client.
//
// history_row: a row before and after a change, on its way from the trigger that saw it to
// `changes`. `was`, `is`: whether its version before and after belongs to the history.
//
// history_told: what the writer says about its transaction, by host, see
// persistence/history_context.hpp. Other clients say nothing.
//
// history_horizon: ids are drawn before their transaction commits, so a reader that follows the
// feed by id needs to know which ids may still come. Each transaction locks, until its end, a
// number below all ids that it draws: the last one that was drawn before.
constexpr const char* postgresql_functions = R"sql(
CREATE FUNCTION history_time(moment timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
$$;
CREATE TYPE history_row AS (
  host text, kind text, volume_id text, container_id text, mount_path text, name text, image text,
  old jsonb, new jsonb, was boolean, "is" boolean, at timestamptz);
CREATE FUNCTION history_told() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT nullif(current_setting('volumeviz.told', true), '')::jsonb
$$;
CREATE FUNCTION history_horizon() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  before_ours bigint;
BEGIN
  IF coalesce(current_setting('volumeviz.horizon', true), '') <> '' THEN
    RETURN;
  END IF;
  SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END INTO before_ours FROM changes_id_seq;
  PERFORM pg_advisory_xact_lock_shared((7663 << 16) | (before_ours >> 31)::integer,
                                       (before_ours & 2147483647)::integer),
          set_config('volumeviz.horizon', before_ours::text, true);
END
$$;
CREATE FUNCTION history_record(INOUT rows history_row[]) LANGUAGE plpgsql AS $$
DECLARE
  told jsonb := history_told();
BEGIN
  PERFORM history_horizon();
  WITH timed AS MATERIALIZED (
    SELECT r.*, l.event, l.listed, l.off, p.at AS last_at, told #>> ARRAY[r.host, 'verified'] AS verified,
           greatest(coalesce(l.event, l.listed, now()), p.at) AS happened
    FROM unnest(rows) WITH ORDINALITY AS r (host, kind, volume_id, container_id, mount_path, name, image, old, new,
                                            was, "is", at, place)
    CROSS JOIN LATERAL (
      SELECT coalesce(told #>> ARRAY[r.host, 'c', r.container_id],
                      told #>> ARRAY[r.host, 'v', r.volume_id])::timestamptz AS event,
             (told #>> ARRAY[r.host, 'at'])::timestamptz AS listed,
             coalesce(told #>> ARRAY[r.host, 'off'] = 'true', false) AS off OFFSET 0) l
    LEFT JOIN LATERAL (
      (SELECT c.at FROM changes c WHERE r.kind = 'volume' AND c.volume_id = r.volume_id AND c.kind = 'volume'
         AND c.host = r.host ORDER BY c.id DESC LIMIT 1)
      UNION ALL
      (SELECT c.at FROM changes c WHERE r.kind = 'container' AND c.container_id = r.container_id
         AND c.kind = 'container' AND c.host = r.host ORDER BY c.id DESC LIMIT 1)
      UNION ALL
      (SELECT c.at FROM changes c WHERE r.kind = 'mount' AND c.container_id = r.container_id
         AND c.mount_path = r.mount_path AND c.volume_id = r.volume_id AND c.host = r.host AND c.kind = 'mount'
         ORDER BY c.id DESC LIMIT 1)) p ON true),
  written AS (
    INSERT INTO changes (host, kind, operation, volume_id, container_id, mount_path, name, image, at, not_before, source,
                         old, new, recorded_at, began_at, span, before)
    SELECT t.host, t.kind, CASE WHEN NOT t.was THEN 'create' WHEN NOT t.is THEN 'remove' ELSE 'update' END,
           t.volume_id, t.container_id, t.mount_path, coalesce(t.name, ''), t.image, t.happened,
           CASE WHEN t.event IS NOT NULL OR t.listed IS NULL THEN t.happened
                WHEN t.verified IS NOT NULL THEN least(t.verified::timestamptz, t.happened) END,
           CASE WHEN t.event IS NOT NULL THEN 'event' WHEN t.listed IS NOT NULL THEN 'reconciliation' ELSE 'client' END,
           CASE WHEN t.was AND t.is THEN d.old WHEN t.was THEN t.old END,
           CASE WHEN t.was AND t.is THEN d.new WHEN t.is THEN t.new END,
           now(), b.began, CASE WHEN t.was THEN
             least(20, greatest(0, floor(ln(greatest(1, extract(epoch FROM t.happened - b.began)::float8)) / ln(4::float8) + 1e-9))) END,
           CASE WHEN t.was AND t.is THEN t.old END
    FROM timed t
    CROSS JOIN LATERAL (
      SELECT CASE WHEN t.was THEN coalesce(t.last_at, '1970-01-01Z') END AS began OFFSET 0) b
    LEFT JOIN LATERAL (
      SELECT jsonb_object_agg(o.key, o.value) AS old, jsonb_object_agg(o.key, t.new -> o.key) AS new
      FROM jsonb_each(t.old) o WHERE t.was AND t.is AND t.new -> o.key IS DISTINCT FROM o.value) d ON true
    WHERE NOT t.off AND (t.was <> t.is OR (t.is AND d.new IS NOT NULL))
    ORDER BY t.place),
  begun AS (
    UPDATE history_hosts h SET begins_at = greatest(h.begins_at, t.happened)
    FROM (SELECT t.host, max(t.happened) AS happened, bool_or(t.off) AS off FROM timed t GROUP BY t.host) t
    WHERE h.host = t.host AND (h.begins_at IS NULL OR (t.off AND t.happened > h.begins_at)))
  SELECT array_agg(ROW(t.host, t.kind, t.volume_id, t.container_id, t.mount_path, t.name, t.image, t.old, t.new, t.was,
                       t.is, t.happened)::history_row ORDER BY t.place)
  INTO rows FROM timed t;
END
$$;
)sql";

// A row of hosts appears: its history begins with its first change. When the host is verified for
// the first time, each kind has been listed, and only from then on is the history complete.
constexpr const char* postgresql_hosts = R"sql(
CREATE FUNCTION history_of_hosts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO history_hosts (host, complete) VALUES (NEW.host, NEW.verified_at IS NOT NULL) ON CONFLICT DO NOTHING;
  ELSE
    UPDATE history_hosts SET complete = true,
      begins_at = greatest(begins_at, NEW.verified_at, (SELECT max(at) FROM changes WHERE host = NEW.host))
    WHERE host = NEW.host AND NOT complete;
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
