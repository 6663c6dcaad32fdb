#include "persistence/history_sql.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace volumeviz::persistence {

namespace {

using replacements = std::vector<std::pair<std::string_view, std::string>>;

/// What the triggers need to know of a table.
struct recorded_table {
  std::string name, kind;
  std::span<const recorded_column> columns;
  std::vector<std::string> key; ///< beside the host
};

/// Only the columns that differ, as json_object() would write them.
std::string sqlite_difference(const recorded_table& of, const std::string& alias) {
  std::string result;
  for (const auto& column : of.columns) {
    const std::string name{column.name};
    result += (result.empty() ? "'{' || substr(" : " || ") + ("CASE WHEN OLD." + name) + " IS NEW."
              + name + " THEN '' ELSE ',\"" + name + "\":' || json_quote("
              + value_in_json(dialect::sqlite, column, alias) + ") END";
  }
  return result += ", 2) || '}'";
}

constexpr const char* moved_by_rules = "OLD.in_history IS NOT NEW.in_history";

/// Whether one of the columns differs.
std::string differs(std::span<const recorded_column> columns) {
  std::string result;
  for (const auto& column : columns)
    result += (result.empty() ? "(OLD." : " OR OLD.") + std::string{column.name} + " IS NOT NEW."
              + std::string{column.name};
  return result += ')';
}

std::string same_key(const recorded_table& of) {
  std::string result = "OLD.host = NEW.host";
  for (const auto& column : of.key)
    result += " AND OLD." + column + " = NEW." + column;
  return result;
}

bool has(const recorded_table& of, const std::string& column) {
  return std::ranges::find(of.key, column) != of.key.end();
}

std::string told_by(const std::string& kind, const std::string& key) {
  return "(SELECT at FROM history_context WHERE host = {x}.host AND kind = '" + kind
         + "' AND key = {x}." + key + ')';
}

/// The at of the last change of the row's key; of a mount the container comes first.
std::string last_change(const recorded_table& of) {
  std::string result =
      "(SELECT at FROM changes WHERE host = {x}.host AND kind = '" + of.kind + '\'';
  for (const auto& column : of.key)
    result += " AND " + column + " = {x}." + column;
  return result + " ORDER BY id DESC LIMIT 1)";
}

/// Whether an event told of the last change of the volume or container that a mount belongs to.
std::string owner_was_told(const std::string& kind, const std::string& key) {
  return "EXISTS (SELECT 1 FROM changes k WHERE k.host = {x}.host AND k.kind = '" + kind
         + "' AND k." + key + " = {x}." + key + " AND k.at = " + told_by(kind.substr(0, 1), key)
         + ')';
}

/// When an event told of the change. No event tells that the rules of HISTORY_EXCLUDE changed: a
/// row that only they move is not as old as an event that a restarted node reads once more.
std::string event_time(const recorded_table& of, bool is_update) {
  const bool of_container = has(of, "container_id");
  const bool of_volume = has(of, "volume_id");
  auto told = "coalesce(" + (of_container ? told_by("c", "container_id") + ", " : "")
              + (of_volume ? told_by("v", "volume_id") + ", " : "") + "NULL)";
  if (!is_update)
    return told;
  const auto other_cause = of_container && of_volume
                               ? '(' + owner_was_told("container", "container_id") + " OR "
                                     + owner_was_told("volume", "volume_id") + ')'
                               : differs(without_updated_at(of.columns));
  return std::string{"CASE WHEN "} + moved_by_rules + " AND NOT " + other_cause + " THEN NULL ELSE "
         + told + " END";
}

/// When it happened: the event's time or the list's, but never before the change before. The same
/// before and after the change is recorded. LIMIT: without it SQLite would replace each use of the
/// columns by their expressions.
std::string moment(const recorded_table& of, bool is_update) {
  return "(SELECT *, max(coalesce(event, listed, recorded), coalesce(last_at, '')) AS happened "
         "FROM (SELECT "
         + event_time(of, is_update)
         + " AS event, h.at AS listed, h.not_before AS verified, h.source IS 'off' AS off, "
           "strftime('%Y-%m-%dT%H:%M:%f000000Z', 'now') AS recorded, "
         + last_change(of)
         + " AS last_at FROM (SELECT 1) LEFT JOIN history_context h ON h.host = {x}.host AND "
           "h.kind = 'h' AND h.key = '' LIMIT 1) LIMIT 1)";
}

/// The moment as a value, after record(): of the change that it has written, if it has.
std::string happened(const recorded_table& of, bool is_update, const std::string& in_history) {
  return "CASE WHEN (" + in_history
         + ") AND NOT EXISTS (SELECT 1 FROM history_context WHERE host = {x}.host AND kind = 'h' "
           "AND key = '' AND source = 'off') THEN (SELECT at FROM changes WHERE id = "
           "last_insert_rowid()) ELSE (SELECT happened FROM "
         + moment(of, is_update) + ") END";
}

/// floor(log4(seconds)), at most 20.
std::string span_of(const std::string& seconds) {
  std::string result = "(SELECT CASE";
  for (int i = 1; i <= 20; ++i)
    result += " WHEN s < " + std::to_string(std::int64_t{1} << (2 * i)) + " THEN "
              + std::to_string(i - 1);
  return result + " ELSE 20 END FROM (SELECT " + seconds + " AS s LIMIT 1) LIMIT 1)";
}

// {x}: the row, or the one before when there is none after. julianday() has milliseconds, so a
// version may seem 2 ms too short.
constexpr const char* record_form = R"sql(
  INSERT INTO changes (host, kind, operation, volume_id, container_id, mount_path, name, image, at, not_before, source,
                       old, new, recorded_at, began_at, span, before)
  SELECT {x}.host, '{kind}', {operation}, {key}, {name}, happened,
         CASE WHEN event IS NULL AND listed IS NOT NULL THEN min(verified, happened) ELSE happened END,
         CASE WHEN event IS NOT NULL THEN 'event' WHEN listed IS NOT NULL THEN 'reconciliation' ELSE 'client' END,
         {old}, {new}, recorded, CASE WHEN {was} THEN began END, CASE WHEN {was} THEN {span} END, {before}
  FROM (SELECT *, coalesce(last_at, '1970-01-01T00:00:00.000000000Z') AS began FROM {moment} LIMIT 1)
  WHERE NOT off AND ({was} OR {is});
  UPDATE history_hosts SET begins_at = (
    SELECT CASE WHEN begins_at IS NULL AND event IS NOT NULL
                THEN min(happened, coalesce((SELECT first_seen_at FROM hosts WHERE host = {x}.host), happened))
                WHEN event IS NOT NULL AND NOT off THEN begins_at
                ELSE max(happened, coalesce(begins_at, '')) END FROM {moment})
  WHERE host = {x}.host AND (begins_at IS NULL OR EXISTS (
    SELECT 1 FROM history_context c WHERE c.host = {x}.host AND c.kind = 'h' AND c.key = ''
      AND c.at > history_hosts.begins_at AND (c.source = 'off' OR c.not_before IS NULL)));
)sql";

std::string name_and_image(const recorded_table& of) {
  if (of.kind == "volume")
    return "{x}.name, NULL";
  if (of.kind == "container")
    return "{x}.name, {x}.image";
  const auto of_container = [](const std::string& column) {
    return "coalesce((SELECT k." + column
           + " FROM containers k WHERE k.host = {x}.host AND k.container_id = {x}.container_id), "
             "(SELECT k."
           + column
           + " FROM changes k WHERE k.host = {x}.host AND k.container_id = {x}.container_id AND "
             "k.kind = 'container' ORDER BY k.id DESC LIMIT 1)";
  };
  return of_container("name") + ", ''), " + of_container("image") + ')';
}

enum class row_event { insert, update, remove };

std::string record(const recorded_table& of, row_event what) {
  const std::string x = what == row_event::remove ? "OLD" : "NEW";
  const std::string was = what == row_event::insert ? "0" : "OLD.in_history";
  const std::string is = what == row_event::remove ? "0" : "NEW.in_history";
  const auto part = [&](const std::string& column) {
    return has(of, column) ? x + '.' + column : "NULL";
  };
  const auto either = [&](const std::string& alias, const std::string& whole_when) {
    return "CASE WHEN OLD.in_history AND NEW.in_history THEN " + sqlite_difference(of, alias)
           + " WHEN " + whole_when + " THEN " + row_as_json(dialect::sqlite, of.columns, alias)
           + " END";
  };
  const auto whole = [&](bool is_there, const std::string& flag, const std::string& alias) {
    return is_there ? "CASE WHEN " + flag + " THEN "
                          + row_as_json(dialect::sqlite, of.columns, alias) + " END"
                    : "NULL";
  };
  const bool both = what == row_event::update;
  const auto in_x = [&](const std::string& form) { return filled(form, replacements{{"x", x}}); };
  return filled(
      record_form,
      replacements{
          {"x", x},
          {"kind", of.kind},
          {"operation", both ? "CASE WHEN NOT OLD.in_history THEN 'create' WHEN NOT NEW.in_history "
                               "THEN 'remove' ELSE 'update' END"
                        : what == row_event::insert ? "'create'"
                                                    : "'remove'"},
          {"key", part("volume_id") + ", " + part("container_id") + ", " + part("mount_path")},
          {"name", in_x(name_and_image(of))},
          {"was", was},
          {"is", is},
          {"old",
           both ? either("OLD", "OLD.in_history") : whole(what == row_event::remove, was, "OLD")},
          {"new",
           both ? either("NEW", "NEW.in_history") : whole(what == row_event::insert, is, "NEW")},
          {"before", both ? "CASE WHEN OLD.in_history AND NEW.in_history THEN "
                                + row_as_json(dialect::sqlite, of.columns, "OLD") + " END"
                          : "NULL"},
          {"span", span_of("(julianday(happened) - julianday(began)) * 86400 + 0.002")},
          {"moment", in_x(moment(of, both))}});
}

std::string on_event(const recorded_table& of, row_event what, const std::string& usage) {
  const std::string names[] = {"insert", "update", "delete"};
  const auto& name = names[static_cast<std::size_t>(what)];
  std::string when = what == row_event::update ? " WHEN " + same_key(of) + " AND (" + moved_by_rules
                                                     + " OR " + differs(of.columns) + ')'
                                               : "";
  return "CREATE TRIGGER history_of_" + of.name + '_' + name + " AFTER " + name + " ON " + of.name
         + when + " BEGIN" + record(of, what) + usage + "END;\n";
}

/// A row whose key was changed is two rows.
std::string on_changed_key(const recorded_table& of, const std::string& removed,
                           const std::string& inserted) {
  return "CREATE TRIGGER history_of_" + of.name + "_key AFTER UPDATE ON " + of.name + " WHEN NOT ("
         + same_key(of) + ") BEGIN" + record(of, row_event::remove) + removed
         + record(of, row_event::insert) + inserted + "END;\n";
}

std::string sqlite_triggers_of(const recorded_table& of) {
  const auto usage = [&](const char* form, row_event what) {
    const std::string x = what == row_event::remove ? "OLD" : "NEW";
    const bool is_update = what == row_event::update;
    const auto in_history = (is_update ? "OLD.in_history OR " : "") + x + ".in_history";
    return filled(form, replacements{{"happened", filled(happened(of, is_update, in_history),
                                                         replacements{{"x", x}})}});
  };
  const auto [inserted, updated, removed] = sqlite_usage_of(of.kind);
  const auto after_insert = usage(inserted, row_event::insert);
  const auto after_removal = usage(removed, row_event::remove);
  return on_event(of, row_event::insert, after_insert)
         + on_event(of, row_event::update, usage(updated, row_event::update))
         + on_event(of, row_event::remove, after_removal)
         + on_changed_key(of, after_removal, after_insert);
}

} // namespace

std::string sqlite_history_triggers() {
  const recorded_table volumes{"volumes", "volume", volume_columns(), {"volume_id"}};
  const recorded_table containers{"containers", "container", container_columns(), {"container_id"}};
  const recorded_table mounts{
      "volume_mounts", "mount", mount_columns(), {"container_id", "mount_path", "volume_id"}};
  return sqlite_triggers_of(volumes) + sqlite_triggers_of(containers) + sqlite_triggers_of(mounts)
         + filled(sqlite_running_containers(),
                  replacements{{"happened",
                                "(SELECT happened FROM "
                                    + filled(moment(containers, false), replacements{{"x", "OLD"}})
                                    + ')'}});
}

} // namespace volumeviz::persistence
