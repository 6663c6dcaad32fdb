#include "persistence/list_statement.hpp"

#include "persistence/history.hpp"
#include "persistence/history_sql.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace volumeviz::persistence {

namespace {

/// A table that the history records.
listed_table recorded_table_of(std::string name, std::string kind, std::vector<std::string> key,
                               std::span<const recorded_column> columns) {
  std::vector<std::string> others;
  for (const auto& column : columns)
    if (std::ranges::find(key, column.name) == key.end())
      others.emplace_back(column.name);
  return {std::move(name), std::move(kind), std::move(key), std::move(others)};
}

} // namespace

const listed_table volumes_table =
    recorded_table_of("volumes", "volume", {"host", "volume_id"}, volume_columns());
const listed_table containers_table =
    recorded_table_of("containers", "container", {"host", "container_id"}, container_columns());
const listed_table mounts_table = recorded_table_of(
    "volume_mounts", "mount", {"host", "volume_id", "container_id", "mount_path"}, mount_columns());
const listed_table hosts_table{
    "hosts",
    {},
    {"host"},
    {"engine_id", "engine_version", "first_seen_at", "last_seen_at", "verified_at"}};

std::string column_texts::json(const std::string& column) const {
  return column + (sqlite_ ? "" : "::text");
}

std::string column_texts::bytes_of_json(const std::string& column) const {
  return sqlite_ ? "length(CAST(" + column + " AS BLOB))" : "octet_length(" + column + "::text)";
}

std::string column_texts::truth(const std::string& column) const {
  return column + (sqlite_ ? "" : "::int::text");
}

std::string column_texts::time(const std::string& column) const {
  return sqlite_
             ? column
             : "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
}

std::string column_texts::array(const std::string& columns) const {
  return (sqlite_ ? "json_array(" : "jsonb_build_array(") + columns + ")";
}

std::string joined(const std::vector<std::string>& parts, const std::string& prefix) {
  std::string result;
  for (const auto& part : parts)
    result += (result.empty() ? "" : ", ") + prefix + part;
  return result;
}

void row_filter::add(const std::string& condition) {
  text_ += (text_.empty() ? "" : " AND ") + condition;
}

std::string row_filter::bound(const std::string& value) {
  const auto name = std::string{"p"} + std::to_string(values_.size());
  values_.push_back({name, value});
  return ':' + name + (sqlite_ ? "" : "::text");
}

std::string row_filter::bound(std::int64_t value) {
  return "CAST(" + bound(std::to_string(value)) + (sqlite_ ? " AS INTEGER)" : " AS bigint)");
}

std::string row_filter::equals(const std::string& column, const std::string& value) {
  if (value.empty())
    return {};
  auto place = bound(value);
  add("t." + column + " = " + place);
  return place;
}

void row_filter::container(const std::string& id) {
  if (!is_id_prefix(id) || id.size() == 64) {
    equals("container_id", id);
    return;
  }
  add("t.container_id >= " + bound(id));
  add("t.container_id < " + bound(id + 'g')); // the digit after f
}

void row_filter::after(const listed_table& table, const row_order& order,
                       const std::vector<std::string>& last) {
  if (last.empty())
    return;
  std::vector<std::string> places;
  places.reserve(last.size());
  for (const auto& part : last)
    places.push_back(bound(part));
  const auto value = order.value.empty() ? std::string{} : order.value + ", ";
  add('(' + value + joined(table.key, "t.") + (order.descending ? ") < (" : ") > (")
      + joined(places) + ')');
}

void row_filter::has_label(const std::pair<std::string, std::string>& label) {
  const auto key = bound(label.first), value = bound(label.second);
  add(sqlite_ ? "EXISTS (SELECT 1 FROM json_each(t.labels) l WHERE l.key = " + key
                    + " AND l.value = " + value + ")"
              : "t.labels @> jsonb_build_object(" + key + ", " + value + ")");
}

void row_filter::has_label_key(const std::string& key) {
  const auto place = bound(key);
  add(sqlite_ ? "EXISTS (SELECT 1 FROM json_each(t.labels) l WHERE l.key = " + place + ")"
              : "t.labels->>" + place + " IS NOT NULL");
}

std::string row_order::by(const listed_table& table) const {
  const std::string direction = descending ? " DESC" : "";
  std::string text = value.empty() ? "" : "sort_value" + direction;
  for (const auto& part : table.key)
    text += (text.empty() ? "t." : ", t.") + part + direction;
  return " ORDER BY " + text;
}

std::string rows_now(const listed_table& table, const row_filter& filter, const row_range& which) {
  return "SELECT " + which.order.selected() + " FROM " + table.name + " t" + filter.where()
         + which.order.by(table) + " LIMIT " + std::to_string(which.most);
}

std::string list_statement(const listing& from, const row_order& sorted, const std::string& rows) {
  const auto order = sorted.by(from.table);
  const auto columns = joined(from.columns) + (sorted.value.empty() ? "" : ", t.sort_value");
  const auto with = "WITH " + (from.before_page.empty() ? "" : from.before_page + ", ")
                    + "page AS MATERIALIZED (" + rows + ")"
                    + (from.after_page.empty() ? "" : ", " + from.after_page);
  if (from.bytes.empty())
    return with + " SELECT " + columns + ", count(*) OVER () FROM page t" + order;
  return with + " SELECT " + columns
         + ", t.rows_found FROM (SELECT t.*, count(*) OVER () AS rows_found, coalesce(sum("
         + from.bytes + ") OVER (" + order.substr(1)
         + " ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS bytes_before FROM page t) t "
           "WHERE t.bytes_before < "
         + std::to_string(page_bytes) + order;
}

} // namespace volumeviz::persistence
