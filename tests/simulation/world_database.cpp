// Troubles in the database: failed writes, other clients that change rows, lost locks, older
// copies.

#include "tests/simulation/history_checks.hpp"
#include "tests/simulation/history_database.hpp"
#include "tests/simulation/model_session.hpp"
#include "tests/simulation/world.hpp"

#include <algorithm>
#include <memory>
#include <set>
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

} // namespace

void world::make_database() {
  if (schedule_.history) {
    recorded_ = std::make_shared<history_database>([this] { return our_time(); }, variant_.history);
    recorded_->failed = [this](const std::string& why) { broken(why); };
    history_ = std::make_unique<history_checks>(runs_, *daemon_, clock_, oracle_, *recorded_,
                                                schedule_.order, variant_.history);
    database_ = recorded_;
  } else {
    store_ = std::make_shared<model_store>();
    store_->kind = schedule_.database;
    database_ = store_;
  }
  database_->meanwhile = [this] { happen_inside(moment::during_write); };
  database_->keeps_backups =
      std::ranges::any_of(schedule_.steps, [](const step& x) { return x.what == op::restore; });
  database_->committed = [this](const std::vector<change_batch>& batches,
                                const std::vector<write_summary>& done) {
    committed(batches, done);
  };
}

void world::committed(const std::vector<change_batch>& batches,
                      const std::vector<write_summary>& done) {
  const auto tampered = oracle_.tampered;
  if (const auto why = oracle_.after_commit(batches, done, database_->rows()))
    broken(*why);
  if (fleet_)
    fleet_->committed();
  if (fleet_ && !fleet_->others_untouched())
    broken("another host's rows were touched");
  if (history_)
    if (const auto why = history_->after_commit(tampered, troubled_ || queue_was_full_))
      broken(*why);
}

std::shared_ptr<persistence::store> world::make_store() const {
  std::shared_ptr<persistence::store> session;
  if (recorded_)
    session = recorded_->connect();
  else
    session = std::make_shared<model_session>(store_, variant_.cache);
  return variant_.store ? variant_.store(session) : session;
}

void world::judge_history() {
  if (!history_ || !broken_.empty())
    return;
  if (const auto why = history_->at_the_end(troubled_))
    broken(*why);
}

/// A process that has ended holds no lock.
void world::end_process() {
  if (!history_)
    return;
  recorded_->end_process();
  history_->node_died();
}

void world::follow_history() {
  if (history_ && broken_.empty())
    history_->go_on();
}

void world::happen_to_the_database(const step& x) {
  switch (x.what) {
  case op::fail_writes:
    database_->troubles = {x.b, static_cast<write_trouble>(x.a % write_troubles)};
    break;
  case op::tamper:
    needs_reconciliation_ = true;
    tamper(x.a, x.b);
    break;
  case op::lose_lock:
    database_->lock();
    tamper(x.a, x.b);
    later(milliseconds{x.span}, [this, time = ++locks_lost_] {
      if (time == locks_lost_)
        database_->unlock();
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
  const auto before = database_->rows();
  database_->meddle([&](support::memory_rows& rows) {
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
    database_->renew_versions();
  record_tampering(before);
  if (history_)
    if (const auto why = history_->after_other_client())
      broken(*why);
}

/// The rows are as they were some commits ago: read from a dump, or from a copy of the files.
void world::restore(unsigned commits, bool files) {
  const auto before = database_->rows();
  if (!database_->go_back(commits, files, *daemon_))
    return;
  record_tampering(before);
  if (history_)
    history_->after_going_back();
}

void world::record_tampering(const support::memory_rows& before) {
  const auto now = database_->rows();
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
