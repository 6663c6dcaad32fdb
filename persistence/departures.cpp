#include "persistence/departures.hpp"

#include "persistence/row_writer.hpp"
#include "persistence/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace volumeviz::persistence {

namespace {

/// A complete list that removes this many rows or fewer is always believed.
constexpr std::size_t always_believed = 10;

constexpr const char* sqlite_keys = "SELECT value FROM json_each(:keys)";

} // namespace

/// The two tables that are told apart by little more than their names.
struct departures::kind_of_rows {
  row_kind kind;
  const char* table;
  const char* key;
  // What a list may spare rows by.
  const char* driver;
  const char* mounted;
  static constexpr kind_of_rows volumes() {
    return {row_kind::volume, "volumes", "volume_id", "driver",
            "CASE WHEN EXISTS (SELECT 1 FROM volume_mounts m WHERE m.host = volumes.host AND "
            "m.volume_id = volumes.volume_id) THEN 'yes' ELSE '' END"};
  }
  static constexpr kind_of_rows containers() {
    return {row_kind::container, "containers", "container_id", "''", "''"};
  }
};

bool departures::note(const change_batch& batch, write_summary& summary) {
  auto volumes =
      removals(kind_of_rows::volumes(), batch.host, batch.volumes, &volume::name, summary);
  auto containers =
      removals(kind_of_rows::containers(), batch.host, batch.containers, &container::id, summary);
  if (volumes.doubtful || containers.doubtful) {
    summary.refused = true;
    return false;
  }
  if (!volumes.keys.empty())
    volumes_.push_back({batch.host, std::move(volumes.keys), summary});
  if (!containers.keys.empty())
    containers_.push_back({batch.host, std::move(containers.keys), summary});
  if (!volumes.unverified.empty())
    unverified_.push_back({batch.host, std::move(volumes.unverified), summary});
  return true;
}

void departures::remove() {
  remove(kind_of_rows::containers(), containers_);
  remove(kind_of_rows::volumes(), volumes_);
  for (const auto& x : unverified_)
    mark_unverified(x);
}

/// What the database has and the daemon has not.
template <class Resource>
departures::removal departures::removals(const kind_of_rows& what, const std::string& host,
                                         const observed<Resource>& seen, std::string Resource::*key,
                                         write_summary& summary) {
  removal result{seen.gone, false};
  if (!seen.complete)
    return result;
  auto accounted = seen.gone;
  for (const auto& x : seen.present)
    accounted.push_back(x.*key);
  accounted.insert(accounted.end(), seen.also_present.begin(), seen.also_present.end());
  const bool sqlite = on_.kind() == dialect::sqlite;
  const std::string table = what.table, column = what.key;
  const std::string here = sqlite ? " WHERE host = :host" : " WHERE host = :host::text";
  const auto missing = on_.query(
      "SELECT " + column + ", " + what.driver + ", (SELECT count(*) FROM " + table + here + "), "
          + what.mounted + " FROM " + table + here + " AND " + column + " NOT IN ("
          + (sqlite ? sqlite_keys : "SELECT jsonb_array_elements_text(:keys::jsonb)") + ')',
      {{"host", host}, {"keys", json_array(accounted)}}, 4);
  std::size_t unlisted = 0;
  std::vector<std::string> first, last;
  for (const auto& row : missing) {
    if (spares(seen.spared, row[1], row[3] == "yes")) {
      if (seen.spared.all_unverified
          || std::ranges::find(seen.spared.unverified, row[0]) != seen.spared.unverified.end())
        result.unverified.push_back(row[0]);
      // Those of drivers that are there first: an inspect settles them.
      const auto by_driver = spares(seen.spared, row[1]);
      (by_driver ? last : first).push_back(row[0]);
      continue;
    }
    ++unlisted;
    result.keys.push_back(row[0]);
  }
  first.insert(first.end(), last.begin(), last.end());
  const auto told = std::min(first.size(), named_spared_max);
  summary.more_spared += first.size() - told;
  first.resize(told);
  summary.spared.insert(summary.spared.end(), first.begin(), first.end());
  result.doubtful = !seen.confirmed && unlisted > always_believed
                    && unlisted * 2 > std::stoull(missing.front()[2]);
  return result;
}

void departures::mark_unverified(const departure& of) {
  const bool sqlite = on_.kind() == dialect::sqlite;
  const auto rows = on_.query(
      std::string{"UPDATE volumes SET status = 'unverified', updated_at = :now"}
          + (sqlite ? "" : "::timestamptz") + " WHERE host = :host" + (sqlite ? "" : "::text")
          + " AND status <> 'unverified' AND volume_id IN ("
          + (sqlite ? sqlite_keys : "SELECT jsonb_array_elements_text(:keys::jsonb)")
          + ") RETURNING volume_id",
      {{"now", now_, parameter::type::time}, {"host", of.host}, {"keys", json_array(of.keys)}}, 1);
  for (const auto& row : rows)
    of.summary.changes.push_back({row_kind::volume, operation::update, row[0], {}});
}

/// The mounts first and by name: the database would take them along, without a word about which.
void departures::remove(const kind_of_rows& what, const std::vector<departure>& all) {
  if (all.empty())
    return;
  if (on_.kind() == dialect::sqlite) {
    for (const auto& x : all)
      remove(what, {x}, {{"host", x.host}, {"keys", json_array(x.keys)}});
    return;
  }
  boost::json::array keys;
  for (const auto& x : all)
    for (const auto& key : x.keys)
      keys.push_back(boost::json::object{{"host", x.host}, {"key", key}});
  remove(what, all, {{"keys", boost::json::serialize(keys)}});
}

void departures::remove(const kind_of_rows& what, const std::vector<departure>& of,
                        const parameters& values) {
  std::map<std::string_view, write_summary*> summaries;
  for (const auto& x : of)
    summaries.emplace(x.host, &x.summary);
  for (const auto& row : on_.query(removal_from("volume_mounts", what.key)
                                       + " RETURNING host, container_id, volume_id, mount_path",
                                   values, 4))
    summaries.at(row[0])->changes.push_back(
        {row_kind::mount, operation::remove, row[1], mount_detail(row[2], row[3])});
  for (const auto& row :
       on_.query(removal_from(what.table, what.key) + " RETURNING host, " + what.key, values, 2))
    summaries.at(row[0])->changes.push_back({what.kind, operation::remove, row[1], {}});
}

/// Each key is looked up in the index, where PostgreSQL would join a list with the whole table;
/// what was found is deleted by its place.
std::string departures::removal_from(const std::string& table, const std::string& column) const {
  if (on_.kind() == dialect::sqlite)
    return "DELETE FROM " + table + " WHERE host = :host AND " + column + " IN (" + sqlite_keys
           + ')';
  return "DELETE FROM " + table
         + " WHERE ctid = ANY (ARRAY(SELECT found.ctid FROM jsonb_to_recordset(:keys::jsonb) AS "
           "x(host text, key text) CROSS JOIN LATERAL (SELECT ctid FROM "
         + table + " WHERE host = x.host AND " + column + " = x.key OFFSET 0) AS found))";
}

} // namespace volumeviz::persistence
