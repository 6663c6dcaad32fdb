// Troubles in the database: failed writes, other clients that change rows, lost locks, older
// copies.

#include "tests/simulation/world.hpp"

#include <set>
#include <tuple>
#include <utility>

namespace volumeviz::simulation {

namespace {

/// Keys of rows that differ.
template <class Rows>
std::set<std::string> differing(const Rows& before, const Rows& now) {
  std::set<std::string> keys;
  for (const auto& [key, row] : before)
    if (const auto i = now.find(key); i == now.end() || i->second != row)
      keys.insert(key);
  for (const auto& [key, row] : now)
    if (!before.contains(key))
      keys.insert(key);
  return keys;
}

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

void world::happen_to_the_database(const step& x) {
  switch (x.what) {
  case op::fail_writes:
    store_->troubles = {x.b, static_cast<write_trouble>(x.a % write_troubles)};
    break;
  case op::tamper:
    needs_reconciliation_ = true;
    tamper(x.a, x.b);
    break;
  case op::lose_lock:
    store_->lock();
    tamper(x.a, x.b);
    later(milliseconds{x.span}, [this, time = ++locks_lost_] {
      if (time == locks_lost_)
        store_->unlock();
    });
    break;
  case op::restore:
    needs_reconciliation_ = true;
    restore(x.a, x.b % 2 != 0);
    break;
  default:
    break;
  }
}

/// Another client changes or deletes a row, or all rows get new versions, or both.
void world::tamper(unsigned place, unsigned how) {
  const auto of_container = (how & 1) != 0;
  const auto deletes = (how & 2) != 0;
  const auto vacuums = (how & 4) != 0;
  const auto before = store_->rows();
  store_->meddle([&](support::memory_rows& rows) {
    if (of_container && deletes)
      rows.containers.erase(container_in(place));
    else if (of_container) {
      if (const auto i = rows.containers.find(container_in(place)); i != rows.containers.end()) {
        i->second.status = "tampered with";
        i->second.mounts.clear();
      }
    } else if (deletes)
      rows.volumes.erase(volume_in(place));
    else if (const auto i = rows.volumes.find(volume_in(place)); i != rows.volumes.end())
      i->second.labels["tampered"] = "with";
  });
  if (vacuums)
    store_->renew_versions();
  record_tampering(before);
}

/// The rows are as they were some commits ago: read from a dump, or from a copy of the files.
void world::restore(unsigned commits, bool files) {
  const auto* copy = store_->before(commits);
  if (copy == nullptr)
    return;
  const auto now = store_->at("h");
  auto back = *copy;
  keep_times(back, now, *daemon_);
  if (files)
    store_->put_back(back);
  else
    store_->meddle([&](support::memory_rows& rows) {
      rows.volumes = back.rows.volumes;
      rows.containers = back.rows.containers;
    });
  if (!files)
    store_->renew_versions();
  record_tampering(now.rows);
}

void world::record_tampering(const support::memory_rows& before) {
  const auto now = store_->rows();
  for (const auto& name : differing(before.volumes, now.volumes)) {
    oracle_.tampered.volumes.insert(name);
    // No list shows the volumes of a plugin that is absent.
    if (const auto i = daemon_->volumes.find(name);
        daemon_->plugin_absent && i != daemon_->volumes.end() && i->second.now() != nullptr
        && i->second.now()->driver == "plugin")
      oracle_.unseen.insert(name);
  }
  oracle_.tampered.containers.merge(differing(before.containers, now.containers));
}

/// A periodic reconciliation. The schedules do without where only the daemon has changed, and where
/// the node knows from its lost lock, or from the death of its store, that others may have written.
void world::reconcile_tampered() {
  if (needs_reconciliation_ && oracle_.tampered.any() && life_ && !life_->over)
    caf::anon_send(life_->node.reconciler, atom::reconcile_v, reconcile_scope::full);
}

} // namespace volumeviz::simulation
