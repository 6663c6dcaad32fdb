#include "tests/simulation/model_store.hpp"

#include "tests/simulation/model_daemon.hpp"

#include <algorithm>
#include <tuple>

namespace volumeviz::simulation {

namespace {

constexpr std::size_t backups_kept = 9;

/// A list has no times: it repairs those of a container only where its state or status shows that
/// they are wrong. So containers that have moved on since stay as they are.
void keep_times(versioned_rows& back, const versioned_rows& now, const model_daemon& daemon) {
  std::erase_if(back.rows.containers, [&](const auto& x) {
    const auto i = daemon.containers.find(x.first);
    return !now.rows.containers.contains(x.first) && i != daemon.containers.end()
           && i->second.now() != nullptr;
  });
  for (const auto& [id, row] : now.rows.containers) {
    const auto i = back.rows.containers.find(id);
    const auto moving = [](const container& c) {
      return std::tie(c.state, c.status, c.started_at, c.finished_at);
    };
    if (i == back.rows.containers.end() || moving(i->second) == moving(row))
      continue;
    i->second = row;
    back.containers[id] = now.containers.at(id);
  }
}

} // namespace

support::memory_rows model_store::rows_of(const std::string& host) const {
  const auto i = hosts_.find(host);
  return i == hosts_.end() ? support::memory_rows{} : i->second.rows;
}

void model_store::put(const std::string& host, const support::memory_rows& rows) {
  hosts_[host].rows = rows;
  renew_versions();
}

/// A mount's row belongs to its container, whose id is the change's key.
write_summary model_store::write(const change_batch& batch) {
  auto& host = hosts_[batch.host];
  auto summary = support::write_batch(batch, {}, host.rows);
  for (const auto& x : summary.changes)
    (x.kind == row_kind::volume ? host.volumes : host.containers)[x.key] = transaction_;
  return summary;
}

void model_store::commit(const std::vector<change_batch>& batches,
                         const std::vector<write_summary>& summaries) {
  if (keeps_backups) {
    backups_.push_back(hosts_["h"]);
    if (backups_.size() > backups_kept)
      backups_.pop_front();
  }
  committed(batches, summaries);
}

void model_store::meddle(const std::function<void(support::memory_rows&)>& how) {
  auto& mine = hosts_["h"];
  const auto before = mine.rows;
  how(mine.rows);
  ++transaction_;
  ++written_by_others_;
  const auto renew = [this](const auto& was, const auto& is, auto& versions) {
    for (const auto& [key, row] : is)
      if (const auto i = was.find(key); i == was.end() || i->second != row)
        versions[key] = transaction_;
  };
  renew(before.volumes, mine.rows.volumes, mine.volumes);
  renew(before.containers, mine.rows.containers, mine.containers);
}

void model_store::renew_versions() {
  ++transaction_;
  ++written_by_others_;
  for (auto& [name, host] : hosts_) {
    for (const auto& [key, row] : host.rows.volumes)
      host.volumes[key] = transaction_;
    for (const auto& [key, row] : host.rows.containers)
      host.containers[key] = transaction_;
  }
}

const versioned_rows* model_store::before(unsigned commits) const {
  if (backups_.empty())
    return nullptr;
  return &backups_[backups_.size() - 1 - std::min<std::size_t>(commits, backups_.size() - 1)];
}

void model_store::put_back(const versioned_rows& files) {
  const auto facts = hosts_["h"].rows.facts;
  hosts_["h"] = files;
  hosts_["h"].rows.facts = facts;
  break_connections();
}

bool model_store::go_back(unsigned commits, bool files, const model_daemon& daemon) {
  const auto* copy = before(commits);
  if (copy == nullptr)
    return false;
  auto back = *copy;
  keep_times(back, at("h"), daemon);
  if (files) {
    put_back(back);
    return true;
  }
  meddle([&](support::memory_rows& rows) {
    rows.volumes = back.rows.volumes;
    rows.containers = back.rows.containers;
  });
  renew_versions();
  return true;
}

} // namespace volumeviz::simulation
