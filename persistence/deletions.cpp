#include "persistence/deletions.hpp"

#include "persistence/row_writer.hpp"
#include "persistence/text.hpp"
#include "runtime/invariant.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

namespace volumeviz::persistence {

namespace {

/// A complete list that deletes this many rows or fewer is never held back.
constexpr std::size_t never_held_back = 10;

/// So many rows that a list lacks are read by one statement. It bounds memory: a host may have very
/// many rows with long keys.
constexpr std::size_t rows_at_once = 20'000;

/// This many keys, or more, are looked up before they are deleted, since many mounts may go with
/// each of them.
constexpr std::size_t worth_counting = 100;

constexpr const char* sqlite_keys = "SELECT value FROM json_each(:keys)";

} // namespace

/// Volumes and containers are deleted alike; only table, key column and the reasons to spare a row
/// differ.
struct deletions::kind_of_rows {
  row_kind kind;
  const char* table;
  const char* key;
  // Expressions for the reasons to spare a row.
  const char* driver;
  const char* mounted;
  const char* status;
  static constexpr kind_of_rows volumes() {
    return {row_kind::volume,
            "volumes",
            "volume_id",
            "driver",
            "CASE WHEN EXISTS (SELECT 1 FROM volume_mounts m WHERE m.host = volumes.host AND "
            "m.volume_id = volumes.volume_id) THEN 'yes' ELSE '' END",
            "status"};
  }
  static constexpr kind_of_rows containers() {
    return {row_kind::container, "containers", "container_id", "''", "''", "''"};
  }
};

bool deletions::add(const change_batch& batch, const compared_lists& lists,
                    write_summary& summary) {
  auto volumes = find(kind_of_rows::volumes(), batch.host, batch.volumes, lists.volumes, summary);
  auto containers =
      find(kind_of_rows::containers(), batch.host, batch.containers, lists.containers, summary);
  if (volumes.held_back || containers.held_back) {
    summary.refused = true;
    return false;
  }
  const auto all_volumes = fit(kind_of_rows::volumes(), batch.host, volumes.keys);
  const auto all_containers = fit(kind_of_rows::containers(), batch.host, containers.keys);
  summary.unfinished = !all_volumes || !all_containers;
  if (!volumes.keys.empty())
    volumes_.push_back({batch.host, std::move(volumes.keys), summary});
  if (!containers.keys.empty())
    containers_.push_back({batch.host, std::move(containers.keys), summary});
  if (!volumes.unverified.empty())
    unverified_.push_back({batch.host, std::move(volumes.unverified), summary});
  return true;
}

void deletions::run() {
  run(kind_of_rows::containers(), containers_);
  run(kind_of_rows::volumes(), volumes_);
  for (const auto& x : unverified_)
    mark_unverified(x);
}

std::string deletions::of_host() const {
  return on_.kind() == dialect::sqlite ? " WHERE host = :host" : " WHERE host = :host::text";
}

std::string deletions::among_keys(const std::string& column) const {
  return column + " IN ("
         + (on_.kind() == dialect::sqlite ? sqlite_keys
                                          : "SELECT jsonb_array_elements_text(:keys::jsonb)")
         + ')';
}

/// Keeps as many keys as there is room for, but at least one in an empty transaction. Returns false
/// when some are left for another transaction. One statement that deletes a hundred thousand rows
/// would exceed the limit of a call, and hold up all other hosts.
bool deletions::fit(const kind_of_rows& what, const std::string& host,
                    std::vector<std::string>& keys) {
  if (keys.size() < worth_counting && keys.size() <= room_.left) {
    room_.left -= keys.size();
    return true;
  }
  // Only keys with a row are kept: keys without one would use up the room of every transaction.
  const auto rows = recorded(what, host, keys);
  keys.clear();
  for (const auto& row : rows) {
    const auto cost = 1 + std::stoull(row[1]);
    if (cost > room_.left && room_.left < room_.most)
      return false;
    room_.left -= std::min<std::size_t>(cost, room_.left);
    keys.push_back(row[0]);
  }
  return true;
}

/// The keys that have a row, each with the number of its mounts; one more than there is room for at
/// most.
std::vector<text_row> deletions::recorded(const kind_of_rows& what, const std::string& host,
                                          const std::vector<std::string>& keys) {
  const std::string column = what.key;
  return on_.query("SELECT t." + column + ", (SELECT count(*) FROM volume_mounts m WHERE m.host = "
                       + "t.host AND m." + column + " = t." + column + ") FROM " + what.table + " t"
                       + of_host() + " AND " + among_keys(column) + " ORDER BY t." + column
                       + " LIMIT " + std::to_string(room_.left + 1),
                   {{"host", host}, {"keys", json_array(keys)}}, 2);
}

/// The keys that the batch calls gone, and the rows that a complete list lacks.
template <class Resource>
deletions::found_rows
deletions::find(const kind_of_rows& what, const std::string& host, const observed<Resource>& seen,
                const std::optional<list_comparison<Resource>>& list, write_summary& summary) {
  found_rows result{seen.gone, false};
  if (!list)
    return result;
  const std::string column = what.key;
  const auto sql = "SELECT " + column + ", " + what.driver + ", " + what.mounted + ", "
                   + what.status + " FROM " + what.table + of_host() + " AND " + among_keys(column)
                   + " ORDER BY " + column;
  const sparing spares_row{seen.spared};
  const auto most = room_.left + 1; // the rest is for another transaction
  std::size_t unlisted = 0, spared = 0;
  std::vector<std::string> first, last;
  for (std::span missing{list->missing()}; !missing.empty();) {
    const auto some = missing.first(std::min(rows_at_once, missing.size()));
    missing = missing.subspan(some.size());
    for (const auto& row :
         on_.query(sql, {{"host", host}, {"keys", json_array({some.begin(), some.end()})}}, 4)) {
      if (!spares_row(row[1], row[2] == "yes")) {
        if (unlisted++ < most)
          result.keys.push_back(row[0]);
        continue;
      }
      ++spared;
      if (spares_row.unverified(row[0]) && row[3] != "unverified"
          && result.unverified.size() < most)
        result.unverified.push_back(row[0]);
      // Rows of drivers that are there come first: an inspect can decide about them.
      auto& names = spares_row(row[1]) ? last : first;
      if (names.size() < named_spared_max)
        names.push_back(row[0]);
    }
  }
  first.insert(first.end(), last.begin(), last.end());
  const auto named = std::min(first.size(), named_spared_max);
  invariant(named <= spared, "no more rows are named as spared than were spared");
  summary.more_spared += spared - named;
  first.resize(named);
  summary.spared.insert(summary.spared.end(), first.begin(), first.end());
  result.held_back = !seen.confirmed && unlisted > never_held_back && unlisted * 2 > list->rows();
  return result;
}

void deletions::mark_unverified(const deletion& of) {
  const bool sqlite = on_.kind() == dialect::sqlite;
  const auto most = room_.left;
  history_.rows_may_change();
  history_.row_changes(of.host);
  const auto rows = on_.query(
      std::string{"UPDATE volumes SET status = 'unverified', updated_at = :now"}
          + (sqlite ? "" : "::timestamptz") + of_host()
          + " AND volume_id IN (SELECT volume_id FROM " + "volumes" + of_host()
          + " AND status <> 'unverified' AND " + among_keys("volume_id") + " LIMIT "
          + std::to_string(most) + ") RETURNING volume_id",
      {{"now", now_, parameter::type::time}, {"host", of.host}, {"keys", json_array(of.keys)}}, 1);
  for (const auto& row : rows)
    of.summary.changes.push_back({row_kind::volume, operation::update, row[0], {}});
  room_.left -= std::min(room_.left, rows.size());
  if (rows.size() >= most)
    of.summary.unfinished = true;
}

void deletions::run(const kind_of_rows& what, const std::vector<deletion>& all) {
  if (all.empty())
    return;
  if (on_.kind() == dialect::sqlite) {
    for (const auto& x : all)
      run_in_sqlite(what, x);
    return;
  }
  history_.rows_may_change();
  boost::json::array keys;
  for (const auto& x : all)
    for (const auto& key : x.keys)
      keys.push_back(boost::json::object{{"host", x.host}, {"key", key}});
  run(what, all, {{"keys", boost::json::serialize(keys)}});
}

/// Reads first what will be deleted: when there is nothing, nothing must be written.
void deletions::run_in_sqlite(const kind_of_rows& what, const deletion& of) {
  const auto where = of_host() + " AND " + among_keys(what.key);
  const parameters values{{"host", of.host}, {"keys", json_array(of.keys)}};
  const auto mounts =
      on_.query("SELECT container_id, volume_id, mount_path FROM volume_mounts" + where, values, 3);
  const auto rows =
      on_.query(std::string{"SELECT "} + what.key + " FROM " + what.table + where, values, 1);
  if (mounts.empty() && rows.empty())
    return;
  history_.row_changes(of.host);
  for (const auto* table : {"volume_mounts", what.table})
    on_.kept(delete_from(table, what.key), values).execute({of.host, values[1].value});
  for (const auto& row : mounts)
    of.summary.changes.push_back(
        {row_kind::mount, operation::remove, row[0], mount_detail(row[1], row[2])});
  for (const auto& row : rows)
    of.summary.changes.push_back({what.kind, operation::remove, row[0], {}});
}

/// Deletes the mounts explicitly first: the cascade would not say which ones it deleted.
void deletions::run(const kind_of_rows& what, const std::vector<deletion>& of,
                    const parameters& values) {
  std::map<std::string_view, write_summary*> summaries;
  std::size_t keys = 0;
  for (const auto& x : of) {
    summaries.emplace(x.host, &x.summary);
    keys += x.keys.size();
  }
  on_.queue({.sql = delete_from("volume_mounts", what.key)
                    + " RETURNING host, container_id, volume_id, mount_path",
             .values = values,
             .columns = 4,
             .answered = [summaries](std::vector<text_row>&& rows) {
               for (const auto& row : rows)
                 summaries.at(row[0])->changes.push_back(
                     {row_kind::mount, operation::remove, row[1], mount_detail(row[2], row[3])});
             }});
  on_.queue({.sql = delete_from(what.table, what.key) + " RETURNING host, " + what.key,
             .values = values,
             .columns = 2,
             .answered = [summaries, keys, kind = what.kind](std::vector<text_row>&& rows) {
               invariant(rows.size() <= keys, "no more rows are deleted than there are keys");
               for (const auto& row : rows)
                 summaries.at(row[0])->changes.push_back({kind, operation::remove, row[1], {}});
             }});
}

/// On PostgreSQL each key is looked up in the index, and the row is deleted by its place (ctid). A
/// plain list of keys would be joined with the whole table.
std::string deletions::delete_from(const std::string& table, const std::string& column) const {
  if (on_.kind() == dialect::sqlite)
    return "DELETE FROM " + table + " WHERE host = :host AND " + column + " IN (" + sqlite_keys
           + ')';
  return "DELETE FROM " + table
         + " WHERE ctid = ANY (ARRAY(SELECT found.ctid FROM jsonb_to_recordset(:keys::jsonb) AS "
           "x(host text, key text) CROSS JOIN LATERAL (SELECT ctid FROM "
         + table + " WHERE host = x.host AND " + column + " = x.key OFFSET 0) AS found))";
}

} // namespace volumeviz::persistence
