#include "persistence/as_of.hpp"

#include "text/iso_time.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace volumeviz::persistence {

namespace {

/// The column `span` of a change: 4^span seconds is the least length of the version that it ended.
/// Longer ones, of 136 years and more, need no bound of their own.
constexpr int bounded_spans = 15;

/// The text of the JSON object of a change `v` that has the whole version.
constexpr const char* whole_version = "coalesce(v.before, v.old)";

/// "v.kind = 'mount' AND v.host = t.host AND …"
std::string same_key(const listed_table& of, const std::string& row) {
  auto text = "v.kind = '" + of.kind + "'";
  for (const auto& part : of.key)
    text.append(" AND v.").append(part).append(" = ").append(row).append(".").append(part);
  return text;
}

} // namespace

std::string time_literal(dialect kind, timestamp at) {
  const auto known = std::max<timestamp>(at, never + 1);
  return kind == dialect::sqlite ? "'" + text::iso_time(known) + "'"
                                 : "timestamptz '" + text::iso_time(known, 6) + "'";
}

rows_as_of::rows_as_of(dialect kind, timestamp at, std::string host)
    : sqlite_{kind == dialect::sqlite}, at_{at}, moment_{time_literal(kind, at)}, host_{std::move(
                                                                                      host)} {
}

std::string rows_as_of::unchanged(const listed_table& of, const std::string& row) const {
  return row + ".in_history AND (SELECT h.begins_at FROM history_hosts h WHERE h.host = " + row
         + ".host) <= " + moment_ + " AND coalesce((SELECT v.at FROM changes v WHERE "
         + same_key(of, row) + " ORDER BY v.id DESC LIMIT 1), " + (sqlite_ ? "''" : "'-infinity'")
         + ") <= " + moment_;
}

std::string rows_as_of::ended_versions(const listed_table& of) const {
  // The index of (host, kind, span, began_at) finds those that were there then among those of one
  // length: they began within that length before the moment. One second more hides rounding.
  const auto hosts = "FROM history_hosts h CROSS JOIN ";
  const auto host =
      (host_.empty() ? "" : "h.host = " + host_ + " AND ") + "h.begins_at <= " + moment_;
  const auto of_span = [&](const std::string& span, const std::string& since) {
    return "SELECT " + joined(of.key, "v.") + ", " + whole_version + " AS was "
           + (sqlite_ ? hosts : "FROM ") + "changes v WHERE v.host = h.host AND "
           + (sqlite_ ? host + " AND " : "") + "v.kind = '" + of.kind + "' AND v.span " + span
           + " AND v.began_at <= " + moment_ + " AND v.at > " + moment_ + since;
  };
  const auto kind = sqlite_ ? dialect::sqlite : dialect::postgresql;
  std::string text;
  std::int64_t longest = 4;
  for (int span = 0; span < bounded_spans; ++span, longest *= 4)
    text +=
        of_span("= " + std::to_string(span),
                " AND v.began_at > "
                    + time_literal(kind, std::max(at_, never) - (longest + 1) * nanos_per_second))
        + " UNION ALL ";
  text += of_span(">= " + std::to_string(bounded_spans), "");
  // Host by host on both databases: other joins would read the index from end to end.
  return sqlite_ ? text
                 : "SELECT v.* " + std::string{hosts} + "LATERAL (" + text + ") v WHERE " + host;
}

std::string rows_as_of::field(const std::string& was, const std::string& column) const {
  return sqlite_ ? "json_extract(" + was + ", '$." + column + "')" : was + "->>'" + column + "'";
}

std::string rows_as_of::unchanged_rows(const listed_table& of, const row_filter& filter) const {
  return "SELECT " + joined(of.key, "t.") + ", " + joined(of.others, "t.") + " FROM " + of.name
         + " t WHERE " + unchanged(of, "t") + filter.and_where();
}

std::string rows_as_of::version_rows(const listed_table& of, const row_filter& filter) const {
  std::string versions = "SELECT " + joined(of.key, "v.");
  for (const auto& column : of.others)
    versions += ", " + (sqlite_ ? field("v.was", column) : "r." + column) + " AS " + column;
  versions += " FROM (" + ended_versions(of) + ") v";
  if (!sqlite_)
    versions += " CROSS JOIN LATERAL jsonb_populate_record(NULL::" + of.name + ", v.was) r";
  return "SELECT t.* FROM (" + versions + ") t" + filter.where();
}

std::string rows_as_of::rows(const listed_table& of, const row_filter& filter,
                             const row_range& which) const {
  const auto page = which.order.by(of) + " LIMIT " + std::to_string(which.most);
  const auto first = [&](const std::string& rows) {
    return "SELECT " + which.order.selected() + " FROM (" + rows + ") t" + page;
  };
  return "SELECT t.* FROM (SELECT t.* FROM (" + first(unchanged_rows(of, filter))
         + ") t UNION ALL SELECT t.* FROM (" + first(version_rows(of, filter)) + ") t) t" + page;
}

std::string rows_as_of::count(const listed_table& of, const row_filter& filter) const {
  return "SELECT count(*) FROM (" + unchanged_rows(of, filter) + " UNION ALL "
         + version_rows(of, filter) + ") t";
}

std::string rows_as_of::ended_mounts() const {
  return "ended_mounts AS MATERIALIZED (" + ended_versions(mounts_table) + ")";
}

std::string rows_as_of::mounts_of_page() const {
  const auto mounts =
      "SELECT m.host, m.volume_id, m.container_id, m.mount_path, m.access_mode FROM page p "
      + std::string{sqlite_ ? "CROSS" : "INNER"}
      + " JOIN volume_mounts m ON m.host = p.host AND m.volume_id = p.volume_id WHERE "
      + unchanged(mounts_table, "m")
      + " UNION ALL SELECT v.host, v.volume_id, v.container_id, v.mount_path, "
      + field("v.was", "access_mode")
      + " FROM ended_mounts v WHERE (v.host, v.volume_id) IN (SELECT p.host, p.volume_id FROM page "
        "p)";
  const column_texts texts{sqlite_ ? dialect::sqlite : dialect::postgresql};
  const auto container =
      "(SELECT " + texts.array("c.name, c.state")
      + " FROM containers c WHERE c.host = m.host AND c.container_id = m.container_id AND "
      + unchanged(containers_table, "c") + " UNION ALL SELECT "
      + texts.array(field(whole_version, "name") + ", " + field(whole_version, "state"))
      + " FROM changes v WHERE " + same_key(containers_table, "m")
      + " AND v.span IS NOT NULL AND v.began_at <= " + moment_ + " AND v.at > " + moment_
      + " LIMIT 1)";
  return "mounts_then AS MATERIALIZED (SELECT m.*, " + container + " AS container FROM (" + mounts
         + ") m)";
}

std::string rows_as_of::is_orphaned() const {
  return "NOT EXISTS (SELECT 1 FROM volume_mounts m WHERE m.host = t.host AND m.volume_id = "
         "t.volume_id AND "
         + unchanged(mounts_table, "m")
         + ") AND (t.host, t.volume_id) NOT IN (SELECT m.host, m.volume_id FROM ended_mounts m)";
}

} // namespace volumeviz::persistence
