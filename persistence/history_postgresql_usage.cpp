#include "persistence/history_sql.hpp"

#include <array>
#include <string>
#include <utility>

namespace volumeviz::persistence {

namespace {

using replacement = std::pair<std::string_view, std::string>;

// The first rows of a statement do their bookkeeping each on its own, which is the fastest for one
// to a few. When this many changes wait to be written together, the bookkeeping of further rows
// waits with them: it would take a third of the time of a statement that inserts thousands.
constexpr const char* many = "cardinality(recorded) >= 5";

/// Where rows of volume_usage are, for the volumes of `rows`: looked up in the index, one by one. A
/// join might read the whole table, since the server's plan is for ten rows, and stays when the
/// table grows. EXISTS with OFFSET 0 is no join either.
std::string places(const std::string& rows, const std::string& condition) {
  return "ctid = ANY (ARRAY(\n        SELECT u.ctid FROM " + rows
         + R"sql( AS r (host, volume_id) CROSS JOIN LATERAL (
          SELECT u.ctid FROM volume_usage u WHERE u.host = r.host AND u.volume_id = r.volume_id
            AND )sql"
         + condition + " OFFSET 0) u))";
}

constexpr const char* no_volume = "NOT EXISTS (SELECT FROM volumes v WHERE v.host = r.host AND "
                                  "v.volume_id = r.volume_id OFFSET 0)";
constexpr const char* no_mount = "NOT EXISTS (SELECT FROM volume_mounts m WHERE m.host = r.host "
                                 "AND m.volume_id = r.volume_id OFFSET 0)";

/// Volumes appeared, with when in `rows`.
std::string begin_usage(const std::string& rows) {
  return R"sql(
        INSERT INTO volume_usage (host, volume_id, orphaned_since)
        SELECT r.host, r.volume_id, r.at FROM )sql"
         + rows + " AS r (host, volume_id, at)\n        WHERE " + no_mount + R"sql(
        ON CONFLICT (host, volume_id) DO UPDATE SET orphaned_since = excluded.orphaned_since;)sql";
}

// A volume that appears, or is created anew under its name, has no user yet. A volume that enters
// or leaves the history takes its mounts along.
constexpr const char* each_volume = R"sql(
    IF n.host IS NULL THEN
      IF {many} THEN
        gone_on := gone_on || x.host;
        gone := gone || x.volume_id;
      ELSE
        DELETE FROM volume_usage u WHERE u.host = x.host AND u.volume_id = x.volume_id
          AND NOT EXISTS (SELECT FROM volumes v WHERE v.host = x.host AND v.volume_id = x.volume_id);
      END IF;
    ELSIF o.host IS NULL OR o.created_at IS DISTINCT FROM n.created_at THEN
      IF o.host IS NOT NULL THEN
        DELETE FROM volume_usage u WHERE u.host = x.host AND u.volume_id = x.volume_id;
      END IF;
      IF {many} THEN
        appeared_on := appeared_on || x.host;
        appeared := appeared || x.volume_id;
        appeared_at := appeared_at || happened;
      ELSE{begin}
      END IF;
    END IF;
    IF n.host IS NOT NULL AND "is" <> (was OR o.host IS NULL) THEN
      UPDATE volume_mounts m SET in_history = "is" AND c.in_history FROM containers c
      WHERE m.host = x.host AND m.volume_id = x.volume_id
        AND c.host = m.host AND c.container_id = m.container_id AND m.in_history <> ("is" AND c.in_history);
    END IF;
)sql";

constexpr const char* volume_variables =
    R"sql(  appeared_on text[]; appeared text[]; appeared_at timestamptz[]; gone_on text[]; gone text[];
)sql";

constexpr const char* volumes_together = R"sql(
      IF cardinality(appeared) > 0 THEN{begin}
        appeared_on := '{}';
        appeared := '{}';
        appeared_at := '{}';
      END IF;
      IF cardinality(gone) > 0 THEN
        DELETE FROM volume_usage WHERE {places};
        gone_on := '{}';
        gone := '{}';
      END IF;
)sql";

// Containers that stop may have volumes in common, so their use is written for all of them at once,
// once for each volume. unnest((SELECT x)), not unnest(x): the server would count the elements of
// each x, prefer a plan for that number, and plan anew each time.
constexpr const char* container_variables =
    R"sql(  stopped_on text[]; stopped text[]; stopped_at timestamptz[];
)sql";

constexpr const char* each_container = R"sql(
    IF o.is_active AND NOT n.is_active THEN
      stopped_on := stopped_on || n.host;
      stopped := stopped || n.container_id;
      stopped_at := stopped_at || happened;
    END IF;
)sql";

constexpr const char* after_containers = R"sql(
  IF stopped IS NOT NULL THEN
    INSERT INTO volume_usage AS u (host, volume_id, last_used_at, container_id, container_name, container_image)
    SELECT DISTINCT ON (s.host, m.volume_id) s.host, m.volume_id, s.at, s.container_id, m.name, m.image
    FROM unnest((SELECT stopped_on), (SELECT stopped), (SELECT stopped_at)) AS s (host, container_id, at) CROSS JOIN LATERAL (
      SELECT m.volume_id, k.name, k.image FROM volume_mounts m, containers k
      WHERE m.host = s.host AND m.container_id = s.container_id
        AND k.host = s.host AND k.container_id = s.container_id OFFSET 0) m
    ORDER BY s.host, m.volume_id, s.at DESC
    ON CONFLICT (host, volume_id) DO UPDATE SET last_used_at = excluded.last_used_at,
      container_id = excluded.container_id, container_name = excluded.container_name,
      container_image = excluded.container_image
      WHERE u.last_used_at IS NULL OR u.last_used_at <= excluded.last_used_at;
  END IF;
)sql";

constexpr const char* mount_variables =
    R"sql(  mounted_on text[]; mounted text[]; of_container text; of_container_host text; of_name text; of_image text; runs boolean;
  gone_on text[]; gone text[]; gone_from text[]; gone_name text[]; gone_image text[]; gone_at timestamptz[]; gone_running boolean[];
)sql";

constexpr const char* each_mount = R"sql(
    IF n.host IS NULL THEN
      gone_on := gone_on || x.host;
      gone := gone || x.volume_id;
      gone_from := gone_from || x.container_id;
      gone_name := gone_name || of_name;
      gone_image := gone_image || of_image;
      gone_at := gone_at || happened;
      gone_running := gone_running || runs;
    ELSIF o.host IS NULL THEN
      IF {many} THEN
        mounted_on := mounted_on || x.host;
        mounted := mounted || x.volume_id;
      ELSE
        UPDATE volume_usage u SET orphaned_since = NULL
        WHERE u.host = x.host AND u.volume_id = x.volume_id AND u.orphaned_since IS NOT NULL;
      END IF;
    END IF;
)sql";

constexpr const char* mounts_together = R"sql(
      IF cardinality(mounted) > 0 THEN
        UPDATE volume_usage SET orphaned_since = NULL WHERE {places};
        mounted_on := '{}';
        mounted := '{}';
      END IF;
)sql";

// Mounts that go while their container runs were used until then. When the container's row has gone
// already, history_of_running_container() has seen to this. Many mounts of one volume may go at
// once: the others are counted once for each volume.
constexpr const char* after_mounts = R"sql(
  IF gone IS NOT NULL THEN
    WITH last AS MATERIALIZED (
      SELECT DISTINCT ON (r.host, r.volume_id) r.*
      FROM unnest((SELECT gone_on), (SELECT gone), (SELECT gone_from), (SELECT gone_name), (SELECT gone_image),
                  (SELECT gone_at), (SELECT gone_running))
           AS r (host, volume_id, container_id, name, image, at, runs)
      ORDER BY r.host, r.volume_id, r.runs DESC, r.at DESC)
    INSERT INTO volume_usage AS u (host, volume_id, last_used_at, container_id, container_name, container_image,
                                   orphaned_since)
    SELECT r.host, r.volume_id, CASE WHEN r.runs THEN r.at END, CASE WHEN r.runs THEN r.container_id END,
           CASE WHEN r.runs THEN r.name END, CASE WHEN r.runs THEN r.image END, CASE WHEN NOT l.mounted THEN r.at END
    FROM last r CROSS JOIN LATERAL (
      SELECT EXISTS (SELECT FROM volume_mounts m WHERE m.host = r.host AND m.volume_id = r.volume_id) AS mounted,
             EXISTS (SELECT FROM volumes v WHERE v.host = r.host AND v.volume_id = r.volume_id) AS known OFFSET 0) l
    WHERE (l.known OR l.mounted) AND (r.runs OR NOT l.mounted)
    ON CONFLICT (host, volume_id) DO UPDATE SET
      last_used_at = coalesce(excluded.last_used_at, u.last_used_at),
      container_id = CASE WHEN excluded.last_used_at IS NULL THEN u.container_id ELSE excluded.container_id END,
      container_name = CASE WHEN excluded.last_used_at IS NULL THEN u.container_name ELSE excluded.container_name END,
      container_image = CASE WHEN excluded.last_used_at IS NULL THEN u.container_image ELSE excluded.container_image END,
      orphaned_since = excluded.orphaned_since;
    DELETE FROM volume_usage WHERE {places};
  END IF;
)sql";

// The cascade deletes the mounts of a container after the container itself, which then can't be
// asked whether it runs. The node deletes the mounts first.
constexpr const char* running_containers = R"sql(
CREATE FUNCTION history_of_running_container() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  told jsonb;
  happened timestamptz;
BEGIN
  PERFORM FROM volume_mounts m WHERE m.host = OLD.host AND m.container_id = OLD.container_id LIMIT 1;
  IF NOT FOUND THEN
    RETURN OLD;
  END IF;
  told := history_told();
  happened := coalesce((told #>> ARRAY[OLD.host, 'c', OLD.container_id])::timestamptz,
                       (told #>> ARRAY[OLD.host, 'at'])::timestamptz, now());
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

} // namespace

postgresql_usage postgresql_usage_of_volumes() {
  const std::array one{replacement{"many", many},
                       replacement{"begin", begin_usage("(SELECT x.host, x.volume_id, happened)")}};
  const std::array together{
      replacement{"begin", begin_usage("unnest((SELECT appeared_on), (SELECT appeared), (SELECT "
                                       "appeared_at))")},
      replacement{"places", places("unnest((SELECT gone_on), (SELECT gone))", no_volume)}};
  return {volume_variables, filled(each_volume, one), filled(volumes_together, together), ""};
}

postgresql_usage postgresql_usage_of_containers() {
  return {container_variables, each_container, "", after_containers};
}

postgresql_usage postgresql_usage_of_mounts() {
  const std::array one{replacement{"many", many}};
  const std::array together{
      replacement{"places", places("unnest((SELECT mounted_on), (SELECT mounted))",
                                   "u.orphaned_since IS NOT NULL")}};
  const std::array after{
      replacement{"places", places("unnest((SELECT gone_on), (SELECT gone))",
                                   std::string{no_mount} + " AND " + no_volume)}};
  return {mount_variables, filled(each_mount, one), filled(mounts_together, together),
          filled(after_mounts, after)};
}

const char* postgresql_running_containers() {
  return running_containers;
}

} // namespace volumeviz::persistence
