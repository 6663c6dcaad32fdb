#include "persistence/list_order.hpp"

#include "persistence/volume_users.hpp"

#include <algorithm>
#include <span>
#include <string_view>

namespace volumeviz::persistence {

namespace {

/// The value is always text, so that a cursor can carry it; `of_today` needs mounts or usage.
struct sort_field {
  std::string_view name;
  std::string (*value)(dialect kind);
  bool of_today = false;
};

/// Greater than every other text, byte by byte.
const std::string greatest = "'\U0010FFFF'";

std::string or_last(const std::string& value) {
  return "coalesce(" + value + ", " + greatest + ")";
}

/// In lower case by ASCII, on both databases and in every locale.
std::string caseless(dialect kind, const std::string& column) {
  return "lower(" + column + (kind == dialect::sqlite ? ")" : " COLLATE \"C\")");
}

std::string time_or_last(dialect kind, const std::string& column) {
  return or_last(column_texts{kind}.time(column));
}

/// Nine digits, so that the texts of numbers have their order.
std::string as_digits(dialect kind, const std::string& value) {
  return kind == dialect::sqlite ? "printf('%09d', " + value + ")"
                                 : "lpad(" + value + "::text, 9, '0')";
}

/// Labels may be as long as a request; a cursor may not. Equal values are ordered by the key.
std::string cut_for_cursor(const std::string& text) {
  return "substr(" + text + ", 1, 200)";
}

std::string by_name(dialect kind) {
  return caseless(kind, "t.name");
}
std::string by_driver(dialect) {
  return "t.driver";
}
std::string by_host(dialect) {
  return "t.host";
}
std::string by_image(dialect kind) {
  return caseless(kind, "t.image");
}
std::string by_state(dialect) {
  return "t.state";
}
std::string by_creation(dialect kind) {
  return time_or_last(kind, "t.created_at");
}
std::string by_start(dialect kind) {
  return time_or_last(kind, "t.started_at");
}
std::string by_end(dialect kind) {
  return time_or_last(kind, "t.finished_at");
}
std::string by_project_of_volume(dialect kind) {
  return or_last("nullif(" + cut_for_cursor(project_of_volume(kind)) + ", '')");
}
std::string by_project_of_container(dialect kind) {
  return or_last(cut_for_cursor(project_by_labels(kind, "t")));
}
std::string by_mounts_of_volume(dialect kind) {
  return as_digits(kind, number_of_mounts("volume_id"));
}
std::string by_mounts_of_container(dialect kind) {
  return as_digits(kind, number_of_mounts("container_id"));
}
/// What is in use comes after every time and before what was never used.
std::string by_last_use(dialect kind) {
  return "CASE WHEN " + is_in_use(kind) + " THEN '9' ELSE "
         + or_last("(SELECT " + column_texts{kind}.time("u.last_used_at")
                   + " FROM volume_usage u WHERE u.host = t.host AND u.volume_id = t.volume_id)")
         + " END";
}

constexpr sort_field volume_fields[] = {{"name", by_name},
                                        {"driver", by_driver},
                                        {"host", by_host},
                                        {"created_at", by_creation},
                                        {"project", by_project_of_volume, true},
                                        {"mounts", by_mounts_of_volume, true},
                                        {"last_used_at", by_last_use, true}};
constexpr sort_field container_fields[] = {{"name", by_name},
                                           {"image", by_image},
                                           {"state", by_state},
                                           {"host", by_host},
                                           {"project", by_project_of_container},
                                           {"created_at", by_creation},
                                           {"started_at", by_start},
                                           {"finished_at", by_end},
                                           {"mounts", by_mounts_of_container, true}};

std::span<const sort_field> fields_of(const listed_table& table) {
  if (&table == &volumes_table)
    return volume_fields;
  if (&table == &containers_table)
    return container_fields;
  return {};
}

std::vector<std::string_view> names_of(std::span<const sort_field> fields) {
  std::vector<std::string_view> names;
  for (const auto& field : fields)
    names.push_back(field.name);
  return names;
}

} // namespace

std::vector<std::string_view> volume_sorts() {
  return names_of(volume_fields);
}

std::vector<std::string_view> container_sorts() {
  return names_of(container_fields);
}

result<row_order> order_of(const listed_table& table, dialect kind, const query& what) {
  row_order order{.list = table.name, .value = {}, .descending = what.descending};
  if (what.descending)
    order.list += " descending";
  if (what.sort.empty())
    return order;
  const auto fields = fields_of(table);
  const auto field = std::ranges::find(fields, what.sort, &sort_field::name);
  if (field == fields.end())
    return fail(ec::bad_request, table.name + " can't be sorted by '" + what.sort + "'");
  if (what.at && field->of_today)
    return fail(ec::bad_request, "as of a moment ('at') " + table.name + " can't be sorted by '"
                                     + what.sort
                                     + "', which needs today's mounts: sort by another field, or "
                                       "leave 'at' out");
  order.list += " by " + what.sort;
  order.value = field->value(kind);
  if (kind == dialect::postgresql)
    order.value = "(" + order.value + ") COLLATE \"C\"";
  return order;
}

} // namespace volumeviz::persistence
