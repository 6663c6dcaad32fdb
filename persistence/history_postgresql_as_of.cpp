#include "persistence/history_sql.hpp"

#include <array>

namespace volumeviz::persistence {

namespace {

using replacement = std::pair<std::string_view, std::string>;

// The rows that had their present version at `moment` already, and the versions that ended later.
// Versions are searched by the class of their length: those of one class that were there at
// `moment` began within a known time before it, a short range of the index.
constexpr const char* as_of_function = R"sql(
CREATE FUNCTION {table}_at(moment timestamptz) RETURNS SETOF {table} LANGUAGE sql STABLE AS $$
  SELECT t.* FROM {table} t
  WHERE t.in_history AND coalesce((SELECT c.at FROM changes c WHERE c.host = t.host AND c.kind = '{kind}'{key}
                                   ORDER BY c.id DESC LIMIT 1) <= moment, true)
  UNION ALL
  SELECT r.* FROM history_hosts h CROSS JOIN generate_series(0, 20) AS l
  CROSS JOIN LATERAL (
    SELECT coalesce(c.before, c.old) AS version FROM changes c
    WHERE c.host = h.host AND c.kind = '{kind}' AND c.span = l AND c.began_at <= moment
      AND c.began_at > CASE WHEN l < 17 THEN moment - make_interval(secs => 4.0 ^ (l + 1)) ELSE '-infinity' END
      AND c.at > moment) v
  CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, v.version || '{"in_history": true}') r
$$;
)sql";

std::string as_of(const std::string& table, const std::string& kind, const std::string& key) {
  return filled(as_of_function, std::array{replacement{"table", table}, replacement{"kind", kind},
                                           replacement{"key", key}});
}

} // namespace

std::string postgresql_as_of_functions() {
  return as_of("volumes", "volume", " AND c.volume_id = t.volume_id")
         + as_of("containers", "container", " AND c.container_id = t.container_id")
         + as_of("volume_mounts", "mount",
                 " AND c.container_id = t.container_id\n"
                 "                                     AND c.mount_path = t.mount_path AND "
                 "c.volume_id = t.volume_id");
}

} // namespace volumeviz::persistence
