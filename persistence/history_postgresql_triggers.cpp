#include "persistence/history_sql.hpp"

#include <array>

namespace volumeviz::persistence {

namespace {

using replacement = std::pair<std::string_view, std::string>;

/// The row of the table called `alias` as JSON: by its columns' names, without in_history.
std::string postgresql_json(std::span<const recorded_column> columns, const std::string& alias) {
  std::string result = "jsonb_build_object(";
  for (const auto& column : columns) {
    const std::string name{column.name};
    const auto value = alias + '.' + name;
    result += (result.ends_with('(') ? "'" : ", '") + name + "', "
              + (column.form == column_form::time ? "history_time(" + value + ')' : value);
  }
  return result += ')';
}

// One statement-level trigger for each operation: it sees all rows that a statement, or a cascade,
// has changed. One that changed none, as most do, must cost little: the first query has a plan that
// opens no table.
//
// A row whose key was changed is two rows: FULL JOIN.
constexpr const char* trigger_function = R"sql(
CREATE FUNCTION history_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  rows history_row[];
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM FROM new_rows LIMIT 1;
  ELSE
    PERFORM FROM old_rows LIMIT 1;
  END IF;
  IF NOT FOUND THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' THEN
    SELECT array_agg(ROW({key n}, {name n}, NULL, {row n}, false, n.in_history, NULL)::history_row)
    INTO rows FROM new_rows n;
  ELSIF TG_OP = 'DELETE' THEN
    SELECT array_agg(ROW({key o}, {name o}, {row o}, NULL, o.in_history, false, NULL)::history_row)
    INTO rows FROM old_rows o;
  ELSE
    SELECT array_agg(CASE WHEN n.host IS NULL THEN ROW({key o}, {name o}, {row o}, NULL, o.in_history, false, NULL)::history_row
      ELSE ROW({key n}, {name n}, CASE WHEN o.host IS NOT NULL THEN {row o} END, {row n},
               coalesce(o.in_history, false), n.in_history, NULL)::history_row END)
    INTO rows FROM old_rows o FULL JOIN new_rows n ON n.host = o.host{same};
  END IF;
  rows := history_record(rows);
{then}  RETURN NULL;
END
$$;
CREATE TRIGGER history_of_inserts AFTER INSERT ON {table}
  REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history_of_{table}();
CREATE TRIGGER history_of_updates AFTER UPDATE ON {table}
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION history_of_{table}();
CREATE TRIGGER history_of_deletes AFTER DELETE ON {table}
  REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION history_of_{table}();
)sql";

// A volume that appears, or is created anew under its name, has no user yet. A volume that enters
// or leaves the history takes its mounts along.
constexpr const char* after_volumes = R"sql(
  IF TG_OP = 'DELETE' THEN
    DELETE FROM volume_usage u USING unnest(rows) r WHERE u.host = r.host AND u.volume_id = r.volume_id
      AND NOT EXISTS (SELECT FROM volumes v WHERE v.host = r.host AND v.volume_id = r.volume_id);
    RETURN NULL;
  END IF;
  IF TG_OP = 'UPDATE' THEN
    DELETE FROM volume_usage u USING unnest(rows) r WHERE u.host = r.host AND u.volume_id = r.volume_id
      AND r.old IS NOT NULL AND (r.new IS NULL OR r.old -> 'created_at' <> r.new -> 'created_at');
  END IF;
  INSERT INTO volume_usage (host, volume_id, orphaned_since)
  SELECT r.host, r.volume_id, r.at FROM unnest(rows) r
  WHERE r.new IS NOT NULL AND (r.old IS NULL OR r.old -> 'created_at' <> r.new -> 'created_at')
    AND NOT EXISTS (SELECT FROM volume_mounts m WHERE m.host = r.host AND m.volume_id = r.volume_id)
  ON CONFLICT (host, volume_id) DO UPDATE SET orphaned_since = excluded.orphaned_since;
  IF EXISTS (SELECT FROM unnest(rows) r WHERE r.new IS NOT NULL AND r.is <> (r.was OR r.old IS NULL)) THEN
    UPDATE volume_mounts m SET in_history = r.is AND c.in_history
    FROM unnest(rows) r, containers c
    WHERE r.new IS NOT NULL AND r.is <> (r.was OR r.old IS NULL) AND m.host = r.host AND m.volume_id = r.volume_id
      AND c.host = m.host AND c.container_id = m.container_id AND m.in_history <> (r.is AND c.in_history);
  END IF;
)sql";

constexpr const char* after_containers = R"sql(
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO volume_usage AS u (host, volume_id, last_used_at, container_id, container_name, container_image)
    SELECT DISTINCT ON (r.host, m.volume_id) r.host, m.volume_id, r.at, r.container_id, r.name, r.image
    FROM unnest(rows) r CROSS JOIN LATERAL (
      SELECT volume_id FROM volume_mounts WHERE host = r.host AND container_id = r.container_id OFFSET 0) m
    WHERE r.old -> 'is_active' = 'true' AND r.new -> 'is_active' = 'false'
    ORDER BY r.host, m.volume_id, r.at DESC
    ON CONFLICT (host, volume_id) DO UPDATE SET last_used_at = excluded.last_used_at,
      container_id = excluded.container_id, container_name = excluded.container_name,
      container_image = excluded.container_image
      WHERE u.last_used_at IS NULL OR u.last_used_at <= excluded.last_used_at;
  END IF;
)sql";

// Mounts that go while their container runs were used until then. When the container's row has gone
// already, history_of_running_container() has seen to this.
constexpr const char* after_mounts = R"sql(
  IF TG_OP <> 'DELETE' THEN
    UPDATE volume_usage u SET orphaned_since = NULL FROM unnest(rows) r
    WHERE r.new IS NOT NULL AND u.host = r.host AND u.volume_id = r.volume_id AND u.orphaned_since IS NOT NULL;
  END IF;
  IF TG_OP <> 'INSERT' THEN
    WITH gone AS MATERIALIZED (
      SELECT DISTINCT ON (r.host, r.volume_id) r.host, r.volume_id, r.container_id, r.name, r.image, r.at, c.runs
      FROM unnest(rows) r CROSS JOIN LATERAL (
        SELECT EXISTS (SELECT FROM containers c WHERE c.host = r.host AND c.container_id = r.container_id AND c.is_active)
               AS runs OFFSET 0) c
      WHERE r.new IS NULL ORDER BY r.host, r.volume_id, c.runs DESC, r.at DESC)
    INSERT INTO volume_usage AS u (host, volume_id, last_used_at, container_id, container_name, container_image,
                                   orphaned_since)
    SELECT r.host, r.volume_id, CASE WHEN r.runs THEN r.at END, CASE WHEN r.runs THEN r.container_id END,
           CASE WHEN r.runs THEN r.name END, CASE WHEN r.runs THEN r.image END, CASE WHEN NOT l.mounted THEN r.at END
    FROM gone r CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM volume_mounts m WHERE m.host = r.host AND m.volume_id = r.volume_id) AS mounted,
             EXISTS (SELECT FROM volumes v WHERE v.host = r.host AND v.volume_id = r.volume_id) AS known OFFSET 0) l
    WHERE (l.known OR l.mounted) AND (r.runs OR NOT l.mounted)
    ON CONFLICT (host, volume_id) DO UPDATE SET
      last_used_at = coalesce(excluded.last_used_at, u.last_used_at),
      container_id = CASE WHEN excluded.last_used_at IS NULL THEN u.container_id ELSE excluded.container_id END,
      container_name = CASE WHEN excluded.last_used_at IS NULL THEN u.container_name ELSE excluded.container_name END,
      container_image = CASE WHEN excluded.last_used_at IS NULL THEN u.container_image ELSE excluded.container_image END,
      orphaned_since = excluded.orphaned_since;
    DELETE FROM volume_usage u USING (SELECT DISTINCT x.host, x.volume_id FROM unnest(rows) x WHERE x.new IS NULL) r
    WHERE u.host = r.host AND u.volume_id = r.volume_id
      AND NOT EXISTS (SELECT FROM volume_mounts m WHERE m.host = r.host AND m.volume_id = r.volume_id)
      AND NOT EXISTS (SELECT FROM volumes v WHERE v.host = r.host AND v.volume_id = r.volume_id);
  END IF;
)sql";

// A mount is called by its container. When a cascade has deleted the container before its mounts,
// the last change of the container knows the name.
constexpr const char* mount_name =
    R"sql((SELECT k.name FROM containers k WHERE k.host = {x}.host AND k.container_id = {x}.container_id
      UNION ALL (SELECT k.name FROM changes k WHERE k.host = {x}.host AND k.container_id = {x}.container_id
        AND k.kind = 'container' ORDER BY k.id DESC LIMIT 1) LIMIT 1),
      (SELECT k.image FROM containers k WHERE k.host = {x}.host AND k.container_id = {x}.container_id
      UNION ALL (SELECT k.image FROM changes k WHERE k.host = {x}.host AND k.container_id = {x}.container_id
        AND k.kind = 'container' ORDER BY k.id DESC LIMIT 1) LIMIT 1))sql";

// The cascade deletes the mounts of a container after the container itself, which then can't be
// asked whether it runs. The node deletes the mounts first.
constexpr const char* postgresql_running_containers = R"sql(
CREATE FUNCTION history_of_running_container() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told jsonb := history_told();
  happened timestamptz := coalesce((told #>> ARRAY[OLD.host, 'c', OLD.container_id])::timestamptz,
                                   (told #>> ARRAY[OLD.host, 'at'])::timestamptz, now());
BEGIN
  INSERT INTO volume_usage AS u (host, volume_id, last_used_at, container_id, container_name, container_image)
  SELECT DISTINCT m.host, m.volume_id, happened, OLD.container_id, OLD.name, OLD.image
  FROM volume_mounts m WHERE m.host = OLD.host AND m.container_id = OLD.container_id
  ON CONFLICT (host, volume_id) DO UPDATE SET last_used_at = excluded.last_used_at,
    container_id = excluded.container_id, container_name = excluded.container_name,
    container_image = excluded.container_image
    WHERE u.last_used_at IS NULL OR u.last_used_at <= excluded.last_used_at;
  RETURN OLD;
END
$$;
CREATE TRIGGER history_of_running_container BEFORE DELETE ON containers
  FOR EACH ROW WHEN (OLD.is_active) EXECUTE FUNCTION history_of_running_container();
)sql";

std::string name_of_mount(const std::string& alias) {
  return filled(mount_name, std::array{replacement{"x", alias}});
}

std::string postgresql_triggers_of(const std::string& table,
                                   std::span<const recorded_column> columns,
                                   const std::array<std::string, 4>& key_and_name,
                                   const std::string& same, const char* then) {
  const auto [key_of_new, key_of_old, name_of_new, name_of_old] = key_and_name;
  return filled(trigger_function,
                std::array{replacement{"table", table}, replacement{"key n", key_of_new},
                           replacement{"key o", key_of_old}, replacement{"name n", name_of_new},
                           replacement{"name o", name_of_old},
                           replacement{"row n", postgresql_json(columns, "n")},
                           replacement{"row o", postgresql_json(columns, "o")},
                           replacement{"same", same}, replacement{"then", then}});
}

} // namespace

std::string postgresql_history_triggers() {
  return postgresql_triggers_of("volumes", volume_columns(),
                                {"n.host, 'volume', n.volume_id, NULL, NULL",
                                 "o.host, 'volume', o.volume_id, NULL, NULL", "n.name, NULL",
                                 "o.name, NULL"},
                                " AND n.volume_id = o.volume_id", after_volumes)
         + postgresql_triggers_of("containers", container_columns(),
                                  {"n.host, 'container', NULL, n.container_id, NULL",
                                   "o.host, 'container', NULL, o.container_id, NULL",
                                   "n.name, n.image", "o.name, o.image"},
                                  " AND n.container_id = o.container_id", after_containers)
         + postgresql_triggers_of(
             "volume_mounts", mount_columns(),
             {"n.host, 'mount', n.volume_id, n.container_id, n.mount_path",
              "o.host, 'mount', o.volume_id, o.container_id, o.mount_path", name_of_mount("n"),
              name_of_mount("o")},
             " AND n.volume_id = o.volume_id AND n.container_id = o.container_id AND "
             "n.mount_path = o.mount_path",
             after_mounts)
         + postgresql_running_containers;
}

} // namespace volumeviz::persistence
