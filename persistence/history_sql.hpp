#pragma once

#include "persistence/url.hpp"

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace volumeviz::persistence {

// Step 2 of the schema: the history. Three tables are recorded in the same way, so their triggers
// are made from templates. The text of a released step never changes: these functions are part of
// it.

/// The template with each `{name}` replaced by its value.
std::string filled(std::string_view form,
                   std::span<const std::pair<std::string_view, std::string>> values);

/// The whole step.
const char* history_of_postgresql();
const char* history_of_sqlite();

/// The parts of the step on PostgreSQL.
std::string postgresql_history_tables();
std::string postgresql_history_functions();
std::string postgresql_history_triggers();
std::string postgresql_as_of_functions();
/// What a trigger does about volume_usage and mounts: its variables, the statements for each row,
/// those after changes that were written together, and those after all rows. `o`, `n`: the row
/// before and after; one of them may be missing; `x`: the one that there is; `was`, `is`: whether
/// it was and is in the history; `happened`: when.
struct postgresql_usage {
  std::string variables, each, together, after;
};
postgresql_usage postgresql_usage_of_volumes();
postgresql_usage postgresql_usage_of_containers();
postgresql_usage postgresql_usage_of_mounts();
const char* postgresql_running_containers();

/// The triggers of the step on SQLite.
std::string sqlite_history_triggers();
/// What a trigger does about volume_usage, after a row of this kind was inserted, updated, deleted.
/// `{happened}`: when; a value.
struct sqlite_usage {
  const char *inserted, *updated, *removed;
};
sqlite_usage sqlite_usage_of(std::string_view kind);
const char* sqlite_running_containers();

/// The columns of the three tables, with how each is written to JSON.
enum class column_form { text, time, json, boolean };
struct recorded_column {
  std::string_view name;
  column_form form;
};
std::span<const recorded_column> volume_columns();
std::span<const recorded_column> container_columns();
std::span<const recorded_column> mount_columns();
/// What Docker tells of one of these; updated_at is the moment of the writing, and the last column.
std::span<const recorded_column> without_updated_at(std::span<const recorded_column> columns);

/// The column of the row of the table called `alias` as an argument of a JSON function.
std::string value_in_json(dialect kind, const recorded_column& column, const std::string& alias);
/// The row of the table called `alias` as a JSON object, by its columns' names.
std::string row_as_json(dialect kind, std::span<const recorded_column> columns,
                        const std::string& alias);

} // namespace volumeviz::persistence
