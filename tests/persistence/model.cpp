#include "tests/persistence/model.hpp"

#include "persistence/text.hpp"
#include "text/iso_time.hpp"

#include <algorithm>

namespace volumeviz::persistence::testing {

namespace {

const std::string& driver_of(const volume& x) {
  return x.driver;
}
std::string driver_of(const container&) {
  return {};
}

template <class Row, class Resource>
std::vector<std::string> missing_in(const std::map<std::string, Row>& rows,
                                    const observed<Resource>& seen, std::string Resource::*key) {
  std::vector<std::string> missing;
  if (seen.complete)
    for (const auto& [name, row] : rows)
      if (std::ranges::find(seen.present, name, key) == seen.present.end()
          && std::ranges::find(seen.gone, name) == seen.gone.end()
          && !spares(seen.spared, driver_of(row)))
        missing.push_back(name);
  return missing;
}

bool held_back(std::size_t missing, std::size_t rows, bool confirmed) {
  return !confirmed && missing > 10 && missing * 2 > rows;
}

std::string time(timestamp when) {
  return text::iso_time(when).substr(0, 26);
}

std::string line(std::initializer_list<std::string> parts) {
  std::string result;
  for (const auto& part : parts)
    result += (result.empty() ? "" : " | ") + part;
  return result;
}

} // namespace

write_summary model::apply(const change_batch& batch) {
  write_summary summary;
  auto rows = hosts_.contains(batch.host) ? hosts_[batch.host] : host_rows{};
  auto old_volumes = missing_in(rows.volumes, batch.volumes, &volume::name);
  auto old_containers = missing_in(rows.containers, batch.containers, &container::id);
  if (held_back(old_volumes.size(), rows.volumes.size(), batch.volumes.confirmed)
      || held_back(old_containers.size(), rows.containers.size(), batch.containers.confirmed)) {
    summary.refused = true;
    return summary;
  }
  if (const auto& facts = batch.facts; facts.last_seen_at != never) {
    if (!facts.engine_id.empty())
      rows.facts.engine_id = facts.engine_id;
    if (!facts.engine_version.empty())
      rows.facts.engine_version = facts.engine_version;
    rows.facts.last_seen_at = std::max(rows.facts.last_seen_at, facts.last_seen_at);
    rows.facts.verified_at = std::max(rows.facts.verified_at, facts.verified_at);
  }
  for (const auto& keys : {old_containers, batch.containers.gone})
    for (const auto& id : keys)
      remove_container(rows, id, summary);
  for (const auto& keys : {old_volumes, batch.volumes.gone})
    for (const auto& name : keys)
      remove_volume(rows, name, summary);
  for (const auto& v : batch.volumes.present)
    put(rows, v, summary);
  for (const auto& c : batch.containers.present) {
    put(rows, c, summary);
    put_mounts(rows, c, summary);
  }
  hosts_[batch.host] = std::move(rows);
  std::ranges::sort(summary.changes);
  return summary;
}

void model::remove_volume(host_rows& rows, const std::string& name, write_summary& summary) {
  for (auto& [id, mounts] : rows.mounts)
    std::erase_if(mounts, [&, id = id](const auto& entry) {
      if (entry.second.volume != name)
        return false;
      summary.changes.push_back({row_kind::mount, operation::remove, id, entry.first});
      return true;
    });
  if (rows.volumes.erase(name) > 0)
    summary.changes.push_back({row_kind::volume, operation::remove, name, {}});
}

void model::remove_container(host_rows& rows, const std::string& id, write_summary& summary) {
  for (const auto& [detail, m] : rows.mounts[id])
    summary.changes.push_back({row_kind::mount, operation::remove, id, detail});
  rows.mounts.erase(id);
  if (rows.containers.erase(id) > 0)
    summary.changes.push_back({row_kind::container, operation::remove, id, {}});
}

void model::put(host_rows& rows, const volume& seen, write_summary& summary) {
  auto next = seen;
  next.recreated = false;
  const auto known = rows.volumes.find(seen.name);
  if (known != rows.volumes.end() && !seen.recreated)
    next.created_at = known->second.created_at;
  if (known == rows.volumes.end())
    summary.changes.push_back({row_kind::volume, operation::create, seen.name, {}});
  else if (known->second != next)
    summary.changes.push_back({row_kind::volume, operation::update, seen.name, {}});
  rows.volumes[seen.name] = next;
}

void model::put(host_rows& rows, const container& seen, write_summary& summary) {
  auto next = seen;
  next.mounts.clear();
  next.from_inspect = true;
  const auto known = rows.containers.find(seen.id);
  const bool is_new = known == rows.containers.end();
  if (!seen.from_inspect) {
    const bool unmoved =
        !is_new && known->second.state == seen.state && known->second.status == seen.status;
    next.created_at = is_new ? seen.created_at : known->second.created_at;
    next.started_at = unmoved ? known->second.started_at : never;
    next.finished_at = unmoved ? known->second.finished_at : never;
  }
  if (is_new)
    summary.changes.push_back({row_kind::container, operation::create, seen.id, {}});
  else if (known->second != next)
    summary.changes.push_back({row_kind::container, operation::update, seen.id, {}});
  rows.containers[seen.id] = next;
}

void model::put_mounts(host_rows& rows, const container& seen, write_summary& summary) {
  std::map<std::string, mount> next;
  for (const auto& m : seen.mounts)
    next[m.volume + " at " + m.path] = m;
  auto& known = rows.mounts[seen.id];
  for (const auto& [detail, m] : next)
    if (!known.contains(detail))
      summary.changes.push_back({row_kind::mount, operation::create, seen.id, detail});
    else if (known[detail] != m)
      summary.changes.push_back({row_kind::mount, operation::update, seen.id, detail});
  for (const auto& [detail, m] : known)
    if (!next.contains(detail))
      summary.changes.push_back({row_kind::mount, operation::remove, seen.id, detail});
  known = std::move(next);
}

void model::change_mountpoint(const std::string& host, const std::string& volume) {
  auto& volumes = hosts_.at(host).volumes;
  if (const auto row = volumes.find(volume); row != volumes.end())
    row->second.mountpoint = "/elsewhere";
}

void model::drop_mounts(const std::string& host, const std::string& container) {
  hosts_.at(host).mounts.erase(container);
}

void model::drop_container(const std::string& host, const std::string& container) {
  hosts_.at(host).containers.erase(container);
  drop_mounts(host, container);
}

std::vector<std::string> model::contents() const {
  std::vector<std::string> hosts, volumes, containers, mounts;
  for (const auto& [host, rows] : hosts_) {
    hosts.push_back(line({"host", host, rows.facts.engine_id, rows.facts.engine_version,
                          time(rows.facts.last_seen_at), time(rows.facts.verified_at)}));
    for (const auto& [name, v] : rows.volumes)
      volumes.push_back(line({"volume", host, name, v.driver, v.mountpoint, json_object(v.labels),
                              json_object(v.options), v.scope, time(v.created_at), "-"}));
    for (const auto& [id, c] : rows.containers)
      containers.push_back(
          line({"container", host, id, c.name, c.image, c.state, c.status, json_object(c.labels),
                is_running(c) ? "runs" : "stands", time(c.created_at), time(c.started_at),
                time(c.finished_at), "-"}));
    std::set<std::vector<std::string>> in_order;
    for (const auto& [id, of_container] : rows.mounts)
      for (const auto& [detail, m] : of_container)
        in_order.insert({m.volume, id, m.path, m.writable ? "rw" : "ro"});
    for (const auto& m : in_order)
      mounts.push_back(line({"mount", host, m[0], m[1], m[2], m[3], "-"}));
  }
  auto all = std::move(hosts);
  for (const auto* part : {&volumes, &containers, &mounts})
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

} // namespace volumeviz::persistence::testing
