#include "persistence/history_sql.hpp"

#include <array>

namespace volumeviz::persistence {

namespace {

using enum column_form;

constexpr std::array columns_of_volumes{
    recorded_column{"host", text},       recorded_column{"volume_id", text},
    recorded_column{"name", text},       recorded_column{"driver", text},
    recorded_column{"mountpoint", text}, recorded_column{"labels", json},
    recorded_column{"options", json},    recorded_column{"scope", text},
    recorded_column{"status", text},     recorded_column{"is_active", boolean},
    recorded_column{"created_at", time}, recorded_column{"updated_at", time}};

constexpr std::array columns_of_containers{
    recorded_column{"host", text},        recorded_column{"container_id", text},
    recorded_column{"name", text},        recorded_column{"image", text},
    recorded_column{"state", text},       recorded_column{"status", text},
    recorded_column{"labels", json},      recorded_column{"started_at", time},
    recorded_column{"finished_at", time}, recorded_column{"is_active", boolean},
    recorded_column{"created_at", time},  recorded_column{"updated_at", time}};

constexpr std::array columns_of_mounts{
    recorded_column{"host", text},         recorded_column{"volume_id", text},
    recorded_column{"container_id", text}, recorded_column{"mount_path", text},
    recorded_column{"access_mode", text},  recorded_column{"is_active", boolean},
    recorded_column{"created_at", time},   recorded_column{"updated_at", time}};

} // namespace

std::span<const recorded_column> volume_columns() {
  return columns_of_volumes;
}

std::span<const recorded_column> container_columns() {
  return columns_of_containers;
}

std::span<const recorded_column> mount_columns() {
  return columns_of_mounts;
}

std::span<const recorded_column> without_updated_at(std::span<const recorded_column> columns) {
  return columns.first(columns.size() - 1);
}

std::string value_in_json(dialect kind, const recorded_column& column, const std::string& alias) {
  auto value = alias + '.' + std::string{column.name};
  if (kind == dialect::postgresql)
    return column.form == time ? "history_time(" + value + ')' : value;
  if (column.form == json)
    return "json(" + value + ')';
  if (column.form == boolean)
    return "json(CASE WHEN " + value + " THEN 'true' ELSE 'false' END)";
  return value;
}

std::string row_as_json(dialect kind, std::span<const recorded_column> columns,
                        const std::string& alias) {
  std::string result = kind == dialect::sqlite ? "json_object(" : "jsonb_build_object(";
  for (const auto& column : columns)
    result += (result.ends_with('(') ? "'" : ", '") + std::string{column.name} + "', "
              + value_in_json(kind, column, alias);
  return result += ')';
}

std::string filled(std::string_view form,
                   std::span<const std::pair<std::string_view, std::string>> values) {
  std::string result;
  while (!form.empty()) {
    const auto open = form.find('{');
    result.append(form.substr(0, open));
    if (open == std::string_view::npos)
      break;
    form.remove_prefix(open);
    bool found = false;
    for (const auto& [name, value] : values)
      if (form.substr(1, name.size()) == name && form.substr(name.size() + 1, 1) == "}") {
        result.append(value);
        form.remove_prefix(name.size() + 2);
        found = true;
        break;
      }
    if (!found) { // a brace of SQL, as in '{"a": 1}'
      result += '{';
      form.remove_prefix(1);
    }
  }
  return result;
}

} // namespace volumeviz::persistence
