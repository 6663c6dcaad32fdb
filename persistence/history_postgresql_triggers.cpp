#include "persistence/history_sql.hpp"

#include <array>
#include <string>

namespace volumeviz::persistence {

namespace {

using replacement = std::pair<std::string_view, std::string>;

/// The names of the columns that are equal in o and n, and NULLs.
std::string equal_columns(std::span<const recorded_column> columns) {
  std::string result = "ARRAY[";
  for (const auto& column : columns) {
    const std::string name{column.name};
    result += (result.ends_with('[') ? "CASE WHEN o." : ", CASE WHEN o.") + name
              + " IS NOT DISTINCT FROM n." + name + " THEN '" + name + "' END";
  }
  return result += ']';
}

// One statement-level trigger for each operation: it sees all rows that a statement, or a cascade,
// has changed. The context is parsed once for all of them. Row by row, with plain variables and
// statements on one row: most statements change one row, and one statement that joins everything
// takes longer to start than all of these to run. The first change is written at once, further ones
// together: an INSERT of one row starts in the time that it takes for three more. So is the
// bookkeeping of many rows. What other rows of the same statement may concern as well comes after
// the loop, for all at once.
//
// A row whose key was changed is two rows: FULL JOIN.
//
// No event tells that the rules of HISTORY_EXCLUDE changed: a row that only they move is not as old
// as an event that a restarted node reads once more.
//
// A host without begins_at has no changes yet, so none is looked for. Its history begins with the
// last list of the first inventory: those before the first verification. When an event tells the
// first change, the inventory was empty until then.
constexpr const char* trigger_function = R"sql(
CREATE FUNCTION history_of_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told jsonb; told_of_host jsonb; nothing text;
  rows refcursor;
  pair record; more boolean; recorded changes[];
  o {table}; n {table}; x {table};
  was boolean; "is" boolean; off boolean; fresh boolean;
  of_host text; of_volumes jsonb; of_containers jsonb;
  event timestamptz; listed timestamptz; verified timestamptz; last_at timestamptz; happened timestamptz;
  begun timestamptz; began timestamptz;
  old_row jsonb; new_row jsonb; before_row jsonb; equal text[];
{variables}BEGIN
  IF TG_OP = 'INSERT' THEN
    OPEN rows FOR SELECT NULL::{table} AS o, r AS n{found} FROM new_rows r{join};
  ELSIF TG_OP = 'DELETE' THEN
    OPEN rows FOR SELECT r AS o, NULL::{table} AS n{found} FROM old_rows r{join};
  ELSE
    OPEN rows FOR SELECT b AS o, a AS n{found} FROM old_rows b FULL JOIN new_rows a ON a.host = b.host{same}{either}{join};
  END IF;
  LOOP
    FETCH rows INTO pair;
    more := FOUND;
    IF cardinality(recorded) >= (CASE WHEN more THEN 1000 ELSE 1 END) THEN
      INSERT INTO changes ({columns of changes})
      SELECT r.host, r.kind, r.operation, r.volume_id, r.container_id, r.mount_path, r.name, r.image, r.at, r.not_before,
             r.source, r.old, r.new, r.recorded_at, r.began_at, r.span, r.before
      FROM unnest((SELECT recorded)) AS r;
      recorded := '{}';
{together}    END IF;
    EXIT WHEN NOT more;
    o := pair.o;
    n := pair.n;
    IF n.host IS NULL THEN x := o; ELSE x := n; END IF;
    was := coalesce(o.in_history, false);
    "is" := coalesce(n.in_history, false);
    IF of_host IS NULL OR of_host <> x.host THEN
      IF of_host IS NULL THEN
        told := history_told();
        nothing := history_horizon();
      END IF;
      of_host := x.host;
      told_of_host := told -> of_host;
      listed := (told_of_host ->> 'at')::timestamptz;
      verified := (told_of_host ->> 'verified')::timestamptz;
      off := coalesce(told_of_host ->> 'off' = 'true', false);
      of_volumes := told_of_host -> 'v';
      of_containers := told_of_host -> 'c';
      SELECT h.begins_at INTO begun FROM history_hosts h WHERE h.host = of_host;
      fresh := FOUND AND begun IS NULL;
    END IF;
    event := coalesce({event})::timestamptz;
    IF event IS NOT NULL AND was <> "is" AND o.host IS NOT NULL AND n.host IS NOT NULL THEN
      IF NOT {other cause} THEN
        event := NULL;
      END IF;
    END IF;
    last_at := NULL;
    IF NOT fresh THEN
      SELECT c.at INTO last_at FROM changes c WHERE c.host = x.host AND c.kind = '{kind}'{last} ORDER BY c.id DESC LIMIT 1;
    END IF;
    happened := greatest(coalesce(event, listed, now()), last_at);
{name}    IF NOT off AND (was OR "is") THEN
      old_row := NULL;
      new_row := NULL;
      before_row := NULL;
      began := NULL;
      IF was THEN
        old_row := {row o};
        began := coalesce(last_at, '1970-01-01Z');
      END IF;
      IF "is" THEN
        new_row := {row n};
      END IF;
      IF was AND "is" THEN
        before_row := old_row;
        equal := {equal};
        old_row := old_row - equal;
        new_row := new_row - equal;
      END IF;
      IF NOT (was AND "is") OR new_row <> '{}' THEN
        IF recorded IS NULL THEN
          recorded := '{}';
          INSERT INTO changes ({columns of changes})
          VALUES ({change});
        ELSE
          recorded := recorded || ROW(NULL, {change})::changes;
        END IF;
      END IF;
    END IF;
    IF begun IS NULL OR (happened > begun AND (off OR (event IS NULL AND listed IS NOT NULL AND verified IS NULL))) THEN
      UPDATE history_hosts h SET begins_at = CASE WHEN h.begins_at IS NULL AND event IS NOT NULL
        THEN least(happened, (SELECT first_seen_at FROM hosts WHERE host = of_host)) ELSE greatest(h.begins_at, happened) END
      WHERE h.host = of_host;
      begun := happened;
    END IF;
{each}  END LOOP;
  CLOSE rows;
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

constexpr const char* columns_of_changes =
    "host, kind, operation, volume_id, container_id, mount_path, name, image, at, not_before, "
    "source, old, new, recorded_at, began_at, span, before";

/// The values of these columns.
constexpr const char* change = R"sql(of_host, '{kind}',
CASE WHEN NOT was THEN 'create' WHEN NOT "is" THEN 'remove' ELSE 'update' END,
                {key}, {named}, happened,
                CASE WHEN event IS NOT NULL OR listed IS NULL THEN happened
                     WHEN verified IS NOT NULL THEN least(verified, happened) END,
                CASE WHEN event IS NOT NULL THEN 'event' WHEN listed IS NOT NULL THEN 'reconciliation' ELSE 'client' END,
                old_row, new_row, now(), began,
                least(20, greatest(0, floor(ln(greatest(1, extract(epoch FROM happened - began)::float8)) / ln(4::float8) + 1e-9))) * CASE WHEN was THEN 1 END,
                before_row)sql";

/// How a mount's container is found: for the name and image, and whether it runs.
struct mounted_by {
  const char* found = "";  ///< what is selected with each mount
  const char* either = ""; ///< r: the key of an update's row before or after
  const char* join = "";   ///< to the mount r
  const char* name = "";   ///< statements that set them
};

struct recorded_in_postgresql {
  std::string table, kind;
  std::span<const recorded_column> columns;
  std::string key;   ///< volume_id, container_id, mount_path
  std::string same;  ///< whether old and new row have one key
  std::string last;  ///< whether c is a change of the row
  std::string event; ///< when an event told of it
  std::string cause; ///< whether more than the rules moved the row in or out of the history
  mounted_by container;
  std::string named;     ///< name, image
  postgresql_usage then; ///< what a change means for volume_usage and the mounts
};

std::string postgresql_triggers_of(const recorded_in_postgresql& of) {
  const auto values =
      filled(change, std::array{replacement{"kind", of.kind}, replacement{"key", of.key},
                                replacement{"named", of.named}});
  return filled(
      trigger_function,
      std::array{replacement{"table", of.table}, replacement{"kind", of.kind},
                 replacement{"change", values},
                 replacement{"columns of changes", columns_of_changes},
                 replacement{"variables", of.then.variables}, replacement{"same", of.same},
                 replacement{"last", of.last}, replacement{"event", of.event},
                 replacement{"other cause", of.cause}, replacement{"found", of.container.found},
                 replacement{"join", of.container.join}, replacement{"either", of.container.either},
                 replacement{"name", of.container.name},
                 replacement{"row o", row_as_json(dialect::postgresql, of.columns, "o")},
                 replacement{"row n", row_as_json(dialect::postgresql, of.columns, "n")},
                 replacement{"equal", equal_columns(of.columns)}, replacement{"each", of.then.each},
                 replacement{"together", of.then.together}, replacement{"then", of.then.after}});
}

// An event that moved the mount was recorded with its volume or container before.
constexpr const char* volume_or_container_was_told =
    R"sql(EXISTS (
      SELECT FROM changes k WHERE k.host = x.host AND k.at = event
        AND (k.kind = 'container' AND k.container_id = x.container_id OR k.kind = 'volume' AND k.volume_id = x.volume_id)))sql";

// A mount is called by its container. When a cascade has deleted the container before its mounts,
// the last change of the container knows the name.
constexpr mounted_by container_of_mount{
    .found = ", k.name AS of_name, k.image AS of_image, k.is_active AS runs",
    .either = R"sql(
      CROSS JOIN LATERAL (SELECT coalesce(a.host, b.host) AS host, coalesce(a.container_id, b.container_id) AS container_id) r)sql",
    .join = R"sql(
      LEFT JOIN LATERAL (SELECT k.name, k.image, k.is_active FROM containers k
                         WHERE k.host = r.host AND k.container_id = r.container_id OFFSET 0) k ON true)sql",
    .name = R"sql(    IF pair.runs IS NOT NULL THEN
      of_container := NULL;
      of_name := pair.of_name;
      of_image := pair.of_image;
      runs := pair.runs;
    ELSIF of_container IS NULL OR of_container <> x.container_id OR of_container_host <> x.host THEN
      of_container := x.container_id;
      of_container_host := x.host;
      SELECT k.name, k.image, false INTO of_name, of_image, runs FROM changes k
      WHERE k.host = x.host AND k.container_id = x.container_id AND k.kind = 'container' ORDER BY k.id DESC LIMIT 1;
    END IF;
)sql"};

} // namespace

std::string postgresql_history_triggers() {
  const auto differs = [](std::span<const recorded_column> recorded) {
    const auto columns = without_updated_at(recorded);
    return '(' + row_as_json(dialect::postgresql, columns, "o") + " <> "
           + row_as_json(dialect::postgresql, columns, "n") + ')';
  };
  const recorded_in_postgresql volumes{.table = "volumes",
                                       .kind = "volume",
                                       .columns = volume_columns(),
                                       .key = "x.volume_id, NULL, NULL",
                                       .same = " AND a.volume_id = b.volume_id",
                                       .last = " AND c.volume_id = x.volume_id",
                                       .event = "of_volumes ->> x.volume_id",
                                       .cause = differs(volume_columns()),
                                       .container = {},
                                       .named = "x.name, NULL",
                                       .then = postgresql_usage_of_volumes()};
  const recorded_in_postgresql containers{.table = "containers",
                                          .kind = "container",
                                          .columns = container_columns(),
                                          .key = "NULL, x.container_id, NULL",
                                          .same = " AND a.container_id = b.container_id",
                                          .last = " AND c.container_id = x.container_id",
                                          .event = "of_containers ->> x.container_id",
                                          .cause = differs(container_columns()),
                                          .container = {},
                                          .named = "x.name, x.image",
                                          .then = postgresql_usage_of_containers()};
  const recorded_in_postgresql mounts{
      .table = "volume_mounts",
      .kind = "mount",
      .columns = mount_columns(),
      .key = "x.volume_id, x.container_id, x.mount_path",
      .same = " AND a.volume_id = b.volume_id AND a.container_id = b.container_id AND "
              "a.mount_path = b.mount_path",
      .last = " AND c.container_id = x.container_id AND c.mount_path = x.mount_path AND "
              "c.volume_id = x.volume_id",
      .event = "of_containers ->> x.container_id, of_volumes ->> x.volume_id",
      .cause = volume_or_container_was_told,
      .container = container_of_mount,
      .named = "coalesce(of_name, ''), of_image",
      .then = postgresql_usage_of_mounts()};
  return postgresql_triggers_of(volumes) + postgresql_triggers_of(containers)
         + postgresql_triggers_of(mounts) + postgresql_running_containers();
}

} // namespace volumeviz::persistence
