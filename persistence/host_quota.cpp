#include "persistence/host_quota.hpp"

#include "persistence/text.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::persistence {

namespace {

constexpr std::array tables{"volumes", "containers", "volume_mounts"};

std::size_t at(row_kind kind) {
  return static_cast<std::size_t>(kind);
}

std::string among_keys(dialect kind, const std::string& column) {
  return kind == dialect::sqlite
             ? "host = :host AND " + column + " IN (SELECT value FROM json_each(:keys))"
             : "host = :host::text AND " + column
                   + " IN (SELECT jsonb_array_elements_text(:keys::jsonb))";
}

} // namespace

void quota_check::begin(const std::string& host) {
  if (!of_ || counts_.contains(host))
    return;
  const auto known = of_->counts_.find(host);
  counts_[host] = known == of_->counts_.end() ? count(host) : known->second;
}

row_counts quota_check::count(const std::string& host) {
  const std::string here = on_.kind() == dialect::sqlite ? ":host" : ":host::text";
  std::string sql = "SELECT ";
  for (const std::string table : tables)
    sql += (table == tables.front() ? "(SELECT count(*) FROM " : ", (SELECT count(*) FROM ") + table
           + " WHERE host = " + here + ")";
  const auto row = on_.query(sql, {{"host", host}}, tables.size()).at(0);
  row_counts counts{};
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = std::stoull(row[i]);
  return counts;
}

std::size_t quota_check::room(row_kind kind, const std::string& host, std::size_t wanted) {
  const auto most = of_->most(kind);
  const auto left = [&](const row_counts& counts) {
    return most - std::min(most, counts[at(kind)]);
  };
  if (const auto known = left(counts_[host]); known >= wanted)
    return known;
  // The known count includes rows that this batch has removed, and rows deleted by hand.
  to_recount_.insert(host);
  return left(count(host));
}

const std::vector<volume>& quota_check::allowed(const std::string& host,
                                                const std::vector<volume>& present,
                                                write_summary& summary) {
  return allowed(row_kind::volume, host, present, &volume::name, fewer_volumes_, summary);
}

const std::vector<container>& quota_check::allowed(const std::string& host,
                                                   const std::vector<container>& present,
                                                   write_summary& summary) {
  return allowed(row_kind::container, host, present, &container::id, fewer_containers_, summary);
}

template <class Resource>
const std::vector<Resource>&
quota_check::allowed(row_kind kind, const std::string& host, const std::vector<Resource>& present,
                     std::string Resource::*key, std::deque<std::vector<Resource>>& fewer,
                     write_summary& summary) {
  if (!of_)
    return present;
  auto left = room(kind, host, present.size());
  if (left >= present.size())
    return present;
  std::vector<std::string> keys;
  for (const auto& x : present)
    keys.push_back(x.*key);
  const std::string column = kind == row_kind::volume ? "volume_id" : "container_id";
  std::set<std::string> recorded;
  for (auto& row : on_.query("SELECT " + column + " FROM " + tables[at(kind)] + " WHERE "
                                 + among_keys(on_.kind(), column),
                             {{"host", host}, {"keys", json_array(keys)}}, 1))
    recorded.insert(std::move(row[0]));
  auto& kept = fewer.emplace_back();
  std::string first;
  for (const auto& x : present) {
    const auto is_new = !recorded.contains(x.*key);
    if (is_new && left == 0) {
      first = first.empty() ? x.*key : first;
      continue;
    }
    left -= is_new ? 1 : 0;
    kept.push_back(x);
  }
  reject(kind, first, present.size() - kept.size(), summary);
  return kept;
}

const std::vector<container>&
quota_check::with_room_for_mounts(const std::string& host, const std::vector<container>& present,
                                  write_summary& summary) {
  if (!of_)
    return present;
  std::size_t wanted = 0;
  for (const auto& x : present)
    wanted += x.mounts.size();
  auto left = room(row_kind::mount, host, wanted);
  if (left >= wanted)
    return present;
  std::vector<std::string> keys;
  for (const auto& x : present)
    keys.push_back(x.id);
  std::map<std::string, std::size_t> recorded;
  for (const auto& row :
       on_.query("SELECT container_id, count(*) FROM volume_mounts WHERE "
                     + among_keys(on_.kind(), "container_id") + " GROUP BY container_id",
                 {{"host", host}, {"keys", json_array(keys)}}, 2))
    recorded.emplace(row[0], std::stoull(row[1]));
  for (const auto& x : present)
    left += recorded[x.id] - std::min(x.mounts.size(), recorded[x.id]);
  auto& kept = fewer_containers_.emplace_back();
  std::string first;
  std::size_t beyond = 0;
  for (const auto& x : present) {
    const auto more = x.mounts.size() - std::min(x.mounts.size(), recorded[x.id]);
    if (more > left) {
      first = first.empty() ? x.id : first;
      beyond += x.mounts.size();
      continue;
    }
    left -= more;
    kept.push_back(x);
  }
  reject(row_kind::mount, first, beyond, summary);
  return kept;
}

void quota_check::reject(row_kind kind, const std::string& key, std::size_t beyond,
                         write_summary& summary) {
  if (beyond > 0)
    summary.rejected.push_back({kind, key,
                                "a host may have " + std::to_string(of_->most(kind)) + " "
                                    + to_string(kind) + "s at a hub: this one and others, "
                                    + std::to_string(beyond)
                                    + " in all, are beyond that and were not written"});
}

void quota_check::count_changes(const std::string& host, const write_summary& summary) {
  if (!of_ || summary.changes.empty())
    return;
  auto& counts = counts_[host];
  for (const auto& x : summary.changes) {
    auto& rows = counts[at(x.kind)];
    if (x.op == operation::create)
      ++rows;
    else if (x.op == operation::remove && rows > 0)
      --rows;
  }
}

void quota_check::keep() {
  if (!of_)
    return;
  for (auto& [host, counts] : counts_)
    of_->counts_.insert_or_assign(host, counts);
  for (const auto& host : to_recount_)
    of_->counts_.erase(host);
}

} // namespace volumeviz::persistence
