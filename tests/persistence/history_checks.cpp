#include "tests/persistence/history_checks.hpp"

#include "persistence/history_sql.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>

namespace volumeviz::persistence::testing {

namespace {

using json = boost::json::value;

struct checked_table {
  const char* name;
  const char* kind;
  std::span<const recorded_column> columns;
  std::vector<const char*> key;
};

std::vector<checked_table> tables() {
  return {{"volumes", "volume", volume_columns(), {"volume_id"}},
          {"containers", "container", container_columns(), {"container_id"}},
          {"volume_mounts", "mount", mount_columns(), {"volume_id", "container_id", "mount_path"}}};
}

std::string selected(const recorded_column& column, bool sqlite) {
  const std::string name{column.name};
  if (sqlite)
    return column.form == column_form::boolean
               ? "CASE WHEN " + name + " THEN 'true' ELSE 'false' END"
               : name;
  return column.form == column_form::time ? "history_time(" + name + ')' : name + "::text";
}

json value_of(const recorded_column& column, const std::string& text) {
  if (column.form == column_form::text)
    return boost::json::string(text);
  if (column.form == column_form::time)
    return text.empty() ? json{} : json(boost::json::string(text));
  return boost::json::parse(text);
}

/// The rows that belong to the history, by "KIND JSON of the key".
std::map<std::string, boost::json::object> rows_of_today(const testbed& on,
                                                         const std::string& moment = {}) {
  std::map<std::string, boost::json::object> result;
  for (const auto& table : tables()) {
    std::string columns;
    for (const auto& column : table.columns)
      columns += (columns.empty() ? "" : ", ") + selected(column, on.sqlite());
    const auto from = moment.empty() ? std::string{table.name}
                                     : std::string{table.name} + "_at('" + moment + "')";
    for (const auto& row : on.rows("SELECT " + columns + " FROM " + from + " WHERE in_history",
                                   table.columns.size())) {
      boost::json::object object;
      for (std::size_t i = 0; i < row.size(); ++i)
        object.emplace(table.columns[i].name, value_of(table.columns[i], row[i]));
      std::string key = std::string{table.kind} + ' ' + serialize(object.at("host"));
      for (const auto* part : table.key)
        key += ' ' + serialize(object.at(part));
      result.emplace(std::move(key), std::move(object));
    }
  }
  return result;
}

std::string key_of_change(const text_row& row) {
  std::string key = row[0] + ' ' + serialize(json(boost::json::string(row[1])));
  for (std::size_t i = 3; i <= 5; ++i)
    if (!row[i].empty())
      key += ' ' + serialize(json(boost::json::string(row[i])));
  return key;
}

boost::json::object object_in(const std::string& text) {
  return text.empty() ? boost::json::object{} : boost::json::parse(text).as_object();
}

} // namespace

std::string history_problem(const testbed& on) {
  const auto text = [&](const std::string& column) {
    return on.sqlite() ? column : column + "::text";
  };
  const auto time = [&](const std::string& column) {
    return on.sqlite() ? column : "history_time(" + column + ')';
  };
  std::map<std::string, boost::json::object> state;
  std::map<std::string, std::string> last;
  for (const auto& row :
       on.rows("SELECT kind, host, operation, volume_id, container_id, mount_path, " + text("old")
                   + ", " + text("new") + ", " + text("before") + ", " + time("at") + ", "
                   + time("began_at") + " FROM changes ORDER BY id",
               11)) {
    const auto key = key_of_change(row);
    const auto line = row[2] + ' ' + key;
    const auto before = object_in(row[8]), old_row = object_in(row[6]), new_row = object_in(row[7]);
    const auto known = state.find(key);
    if ((known == state.end()) != (row[2] == "create"))
      return line + ": there is " + (known == state.end() ? "no" : "a") + " version before";
    if (row[2] == "create") {
      state[key] = new_row;
    } else {
      if (known->second != (row[2] == "update" ? before : old_row))
        return line + ": the version before is not what came before";
      if (last[key] != row[10])
        return line + ": the version began at " + row[10] + ", not at " + last[key];
    }
    if (row[2] == "update")
      for (const auto& [column, value] : new_row) {
        if (known->second.at(column) != old_row.at(column) || value == old_row.at(column))
          return line + ": old and new of " + std::string{column};
        known->second[column] = value;
      }
    if (row[2] == "remove")
      state.erase(key);
    if (const auto at = last.find(key); at != last.end() && row[9] < at->second)
      return line + ": before the change before";
    last[key] = row[9];
  }
  const auto today = rows_of_today(on);
  for (const auto& [key, object] : today)
    if (!state.contains(key) || state.at(key) != object)
      return key + ": the row is " + serialize(object) + ", replayed "
             + (state.contains(key) ? serialize(state.at(key)) : "nothing");
  for (const auto& [key, object] : state)
    if (!today.contains(key))
      return key + ": the replayed row is not there";
  return {};
}

std::vector<std::string> recorded(const testbed& on) {
  std::vector<std::string> result;
  for (const auto& row :
       on.rows("SELECT operation, kind, coalesce(volume_id, ''), coalesce(container_id, ''), "
               "coalesce(mount_path, ''), source FROM changes ORDER BY id",
               6)) {
    std::string line = row[0] + ' ' + row[1];
    for (std::size_t i = 2; i < 5; ++i)
      line += row[i].empty() ? "" : ' ' + row[i];
    result.push_back(line + " by " + row[5]);
  }
  return result;
}

std::vector<std::string> rows_as_json(const testbed& on, const std::string& moment) {
  std::vector<std::string> result;
  for (const auto& [key, object] : rows_of_today(on, moment))
    result.push_back(key + ": " + serialize(object));
  return result;
}

} // namespace volumeviz::persistence::testing
