#include "persistence/transaction.hpp"

#include "persistence/deletions.hpp"
#include "persistence/host_writer.hpp"
#include "persistence/row_writer.hpp"
#include "persistence/sanitize.hpp"
#include "persistence/text.hpp"
#include "text/iso_time.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string_view>

namespace volumeviz::persistence {

namespace {

/// What one transaction may remove: the statements must end well within what a call may take.
constexpr removal_room removals_at_once{.most = 5000};
/// Of what is only looked at everything is told.
constexpr removal_room any_removals{.most = std::numeric_limits<std::size_t>::max() / 4};

/// One attempt at one transaction.
class attempt {
public:
  attempt(session& on, const std::set<std::string>& known_hosts, const host_locks* locks,
          host_quota* quota, bool careful)
      : on_{on}, locks_{locks}, room_{locks ? removals_at_once : any_removals},
        now_{text::iso_time(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                std::chrono::system_clock::now().time_since_epoch())
                                .count())},
        hosts_{on, known_hosts, now_}, quota_{on, quota}, rows_{on.kind() == dialect::sqlite
                                                                    ? make_sqlite_writer(on, now_)
                                                                    : make_postgresql_writer(
                                                                        on, careful)} {}

  /// A host's batches in their order; those of different hosts share statements, for a hub writes
  /// for many. One summary each.
  std::vector<write_summary> write(const std::vector<sanitize_batch>& all) {
    std::vector<write_summary> summaries(all.size());
    std::map<std::string_view, std::size_t> written;
    std::vector<std::vector<job>> rounds; // none has a host twice
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!may_write(all[i], summaries[i]))
        continue;
      quota_.begin(all[i].batch.host);
      const auto round = written[all[i].batch.host]++;
      rounds.resize(std::max(rounds.size(), round + 1));
      rounds[round].push_back({all[i].batch, summaries[i]});
    }
    for (auto& round : rounds)
      write_round(round);
    for (auto& summary : summaries)
      std::ranges::sort(summary.changes);
    return summaries;
  }

  /// The transaction is committed.
  void keep_counts() { quota_.keep(); }
  std::set<std::string> take_new_hosts() { return hosts_.take_new(); }

private:
  /// One batch, and where to tell what became of it.
  struct job {
    const change_batch& batch;
    write_summary& summary;
  };

  bool may_write(const sanitize_batch& x, write_summary& summary) const {
    if (locks_ && !x.batch.host.empty()) {
      if (!locks_->held(x.batch.host)) {
        summary.locked_out = true;
        return false;
      }
      summary.taken_anew = locks_->anew(x.batch.host);
    }
    summary.rejected = x.rejected;
    summary.replaced_text = x.replaced_text;
    return !x.batch.host.empty();
  }

  /// At most one batch of each host.
  void write_round(const std::vector<job>& all) {
    deletions gone{on_, now_, room_};
    std::vector<job> believed, jobs;
    for (const auto& x : all)
      if (unfinished_.contains(x.batch.host))
        x.summary.unfinished = true;
      else if (gone.note(x.batch, x.summary))
        believed.push_back(x);
    gone.remove();
    leave_unfinished(all);
    std::vector<const change_batch*> batches;
    for (const auto& x : believed)
      if (!x.summary.unfinished) {
        jobs.push_back(x);
        batches.push_back(&x.batch);
      }
    hosts_.write(batches);
    host_parts<volume> volumes;
    host_parts<container> containers;
    for (const auto& [batch, summary] : jobs) {
      if (!batch.volumes.present.empty())
        volumes.push_back(
            {batch.host, quota_.allowed(batch.host, batch.volumes.present, summary), summary});
      if (!batch.containers.present.empty())
        containers.push_back(
            {batch.host, quota_.allowed(batch.host, batch.containers.present, summary), summary});
    }
    rows_->upsert_volumes(volumes);
    write_containers(containers);
    for (const auto& [batch, summary] : jobs)
      if (batch.containers.complete)
        tell_gaps(batch.host, summary);
    for (const auto& [batch, summary] : all)
      quota_.note(batch.host, summary);
  }

  /// The rest of such a batch comes when nothing is left to be removed, and whatever the host has
  /// sent after it comes later still. What it tells is told then.
  void leave_unfinished(const std::vector<job>& all) {
    for (const auto& [batch, summary] : all) {
      if (!summary.unfinished)
        continue;
      unfinished_.insert(batch.host);
      summary.rejected.clear();
      summary.replaced_text = 0;
      summary.spared.clear();
      summary.more_spared = 0;
    }
  }

  void write_containers(const host_parts<container>& all) {
    std::vector<std::size_t> rejected_before;
    for (const auto& part : all)
      rejected_before.push_back(part.summary.rejected.size());
    rows_->upsert_containers(all);
    // A container without a row can have no mounts.
    std::deque<std::vector<container>> fewer;
    host_parts<container> written;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const auto& [host, present, summary] = all[i];
      if (summary.rejected.size() == rejected_before[i]) {
        written.push_back(all[i]);
        continue;
      }
      const std::span rejected{summary.rejected.begin()
                                   + static_cast<std::ptrdiff_t>(rejected_before[i]),
                               summary.rejected.end()};
      auto& rest = fewer.emplace_back(present);
      std::erase_if(rest, [&](const container& c) {
        return std::ranges::find(rejected, c.id, &rejected_row::key) != rejected.end();
      });
      written.push_back({host, rest, summary});
    }
    host_parts<container> mounting;
    for (const auto& [host, present, summary] : written)
      mounting.push_back({host, quota_.with_room_for_mounts(host, present, summary), summary});
    rows_->replace_mounts(mounting);
  }

  /// What a list leaves open: times that nobody has told, and since when changes may have been
  /// missed.
  void tell_gaps(const std::string& host, write_summary& summary) {
    for (auto& row : on_.query("SELECT container_id FROM containers WHERE host = " + host_
                                   + " AND started_at IS NULL AND state <> 'created'",
                               {{"host", host}}, 1))
      summary.needs_inspect.push_back(std::move(row[0]));
    const std::string seconds = on_.kind() == dialect::sqlite
                                    ? "strftime('%s', verified_at)"
                                    : "floor(extract(epoch FROM verified_at))::bigint::text";
    const auto rows =
        on_.query("SELECT " + seconds + " FROM hosts WHERE host = " + host_, {{"host", host}}, 1);
    if (!rows.empty() && !rows[0][0].empty())
      summary.verified_before = std::stoll(rows[0][0]) * 1'000'000'000;
  }

  session& on_;
  const host_locks* locks_; // null: nothing will be kept
  removal_room room_;
  std::set<std::string_view> unfinished_; ///< hosts
  std::string now_;
  host_writer hosts_;
  quota_check quota_;
  std::unique_ptr<row_writer> rows_;
  std::string host_ = on_.kind() == dialect::sqlite ? ":host" : ":host::text";
};

std::vector<sanitize_batch> all_tidied(const std::vector<change_batch>& batches) {
  std::vector<sanitize_batch> result;
  for (const auto& batch : batches)
    result.push_back(tidied(batch));
  return result;
}

/// Before the transaction begins, so that whatever it reads was written before the locks were got:
/// two nodes with one name, or one node's former connection whose COMMIT is still on its way, must
/// not interleave.
void lock_hosts(session& on, const std::vector<sanitize_batch>& batches, host_locks& locks) {
  std::set<std::string> hosts;
  for (const auto& x : batches)
    if (!x.batch.host.empty())
      hosts.insert(x.batch.host);
  locks.take(on, hosts);
}

/// Whoever asked for these batches knows now that others may have written.
void settle_locks(const std::vector<sanitize_batch>& batches,
                  const std::vector<write_summary>& summaries, host_locks& locks) {
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (summaries[i].taken_anew && !summaries[i].refused && !summaries[i].unfinished)
      locks.settle(batches[i].batch.host);
}

std::vector<write_summary> run(session& on, const std::vector<sanitize_batch>& batches,
                               std::set<std::string>& known_hosts, host_locks* locks,
                               host_quota* quota, bool careful) {
  const auto statements_before = on.statements();
  if (locks)
    lock_hosts(on, batches, *locks);
  if (quota && locks)
    for (const auto& x : batches)
      if (locks->anew(x.batch.host))
        quota->forget(x.batch.host);
  attempt once{on, known_hosts, locks, quota, careful};
  if (locks)
    locks->begin(on);
  else
    on.begin();
  try {
    auto summaries = once.write(batches);
    if (locks) {
      on.commit();
      known_hosts.merge(once.take_new_hosts());
      once.keep_counts();
      settle_locks(batches, summaries, *locks);
    } else {
      on.rollback();
    }
    for (auto& summary : summaries)
      summary.statements = on.statements() - statements_before;
    return summaries;
  } catch (...) {
    on.rollback();
    throw;
  }
}

/// Again and again, with more care each time, until it works or nothing is left to be tried.
std::vector<write_summary> run_carefully(session& on, const std::vector<sanitize_batch>& batches,
                                         std::set<std::string>& known_hosts, host_locks* locks,
                                         host_quota* quota) {
  bool careful = false, hosts_doubted = false;
  for (;;) {
    try {
      return run(on, batches, known_hosts, locks, quota, careful);
    } catch (const sql_error& e) {
      if (e.kind() == trouble::missing_parent && !hosts_doubted) {
        hosts_doubted = true; // somebody deleted a host's row that we took for known
        known_hosts.clear();
      } else if (e.kind() == trouble::data && !careful) {
        careful = true; // slower, so only once some row is known to be refused
      } else {
        throw;
      }
    }
  }
}

} // namespace

std::vector<write_summary> write_batches(session& on, const std::vector<change_batch>& batches,
                                         std::set<std::string>& known_hosts, host_locks& locks,
                                         host_quota* quota) {
  return run_carefully(on, all_tidied(batches), known_hosts, &locks, quota);
}

std::vector<write_summary> preview_batches(session& on, const std::vector<change_batch>& batches) {
  std::set<std::string> no_hosts;
  return run_carefully(on, all_tidied(batches), no_hosts, nullptr, nullptr);
}

} // namespace volumeviz::persistence
