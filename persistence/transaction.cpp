#include "persistence/transaction.hpp"

#include "persistence/compared_lists.hpp"
#include "persistence/container_rows.hpp"
#include "persistence/deletions.hpp"
#include "persistence/history_context.hpp"
#include "persistence/history_gap.hpp"
#include "persistence/host_writer.hpp"
#include "persistence/list_gaps.hpp"
#include "persistence/row_writer.hpp"
#include "persistence/rows_to_write.hpp"
#include "persistence/sanitize.hpp"
#include "runtime/invariant.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace volumeviz::persistence {

namespace {

/// One attempt at one transaction.
class attempt {
public:
  attempt(session& on, written_hosts* hosts, const history_options& how, const std::string& now,
          bool careful)
      : on_{on}, hosts_{hosts}, how_{how}, room_{hosts ? deletions_at_once : any_deletions},
        now_{now}, host_rows_{on, hosts ? hosts->known : unknown_, now_},
        quota_{on, hosts ? &hosts->quota : nullptr}, history_{on, how, now_},
        rows_{on.kind() == dialect::sqlite ? make_sqlite_writer(on, history_, now_)
                                           : make_postgresql_writer(on, history_, careful)} {}

  /// Writes and commits, or rolls back when there are no `hosts`.
  std::vector<write_summary> run(const std::vector<sanitized_batch>& all) {
    if (hosts_)
      hosts_->locks.begin(on_);
    else
      on_.begin();
    try {
      std::vector<write_summary> summaries(all.size());
      learned_.resize(all.size());
      const auto last = write(all, summaries);
      if (!how_.recording())
        end_unrecorded_histories(on_, written_);
      history_.end();
      hosts_ ? on_.commit() : on_.flush();
      record_changes(last);
      if (hosts_)
        remember(all, summaries);
      else
        on_.rollback();
      for (auto& summary : summaries)
        std::ranges::sort(summary.changes);
      return summaries;
    } catch (...) {
      on_.rollback();
      throw;
    }
  }

private:
  /// One batch, and where to report what became of it.
  struct job {
    const change_batch& batch;
    write_summary& summary;
    std::shared_ptr<compared_lists> lists;
    learned_rows& learned;
  };

  /// A host's batches are written in their order. Batches of different hosts share statements,
  /// since a hub writes for many hosts. Returns the last round, whose answers may not be there yet.
  std::vector<job> write(const std::vector<sanitized_batch>& all,
                         std::vector<write_summary>& summaries) {
    std::map<std::string_view, std::size_t> rounds_of;
    std::vector<std::vector<job>> rounds; // none has a host twice
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!may_write(all[i], summaries[i]))
        continue;
      written_.insert(all[i].batch.host);
      quota_.begin(all[i].batch.host);
      const auto round = rounds_of[all[i].batch.host]++;
      rounds.resize(std::max(rounds.size(), round + 1));
      rounds[round].push_back({all[i].batch, summaries[i], nullptr, learned_[i]});
    }
    for (std::size_t i = 0; i < rounds.size(); ++i) {
      if (i > 0) {
        on_.flush();
        record_changes(rounds[i - 1]);
      }
      write_round(rounds[i]);
    }
    return rounds.empty() ? std::vector<job>{} : std::move(rounds.back());
  }

  /// The answers to these have come.
  void record_changes(const std::vector<job>& of) {
    for (const auto& x : of) {
      quota_.count_changes(x.batch.host, x.summary);
      if (hosts_)
        hosts_->seen[x.batch.host].forget(x.summary);
    }
  }

  bool may_write(const sanitized_batch& x, write_summary& summary) const {
    if (hosts_ && !x.batch.host.empty()) {
      if (!hosts_->locks.held(x.batch.host)) {
        summary.locked_out = true;
        return false;
      }
      summary.taken_anew = hosts_->locks.reacquired(x.batch.host);
    }
    summary.rejected = x.rejected;
    summary.replaced_text = x.replaced_text;
    return !x.batch.host.empty();
  }

  /// At most one batch of each host.
  void write_round(std::vector<job>& all) {
    for (auto& x : all) {
      invariant(!hosts_ || hosts_->locks.held(x.batch.host),
                "this session holds the lock of each host that it writes");
      x.lists = std::make_shared<compared_lists>(on_, x.batch);
    }
    history_.begin_round(batches_of(all));
    const auto jobs = delete_rows(all);
    forget_deleted(jobs);
    host_rows_.write(batches_of(jobs));
    write_rows(jobs, &change_batch::volumes, &compared_lists::volumes, &seen_host::volumes,
               [this](const auto& parts) { rows_->upsert_volumes(parts); });
    write_rows(jobs, &change_batch::containers, &compared_lists::containers, &seen_host::containers,
               [this](const auto& parts) { write_containers(*rows_, quota_, parts); });
    for (const auto& x : jobs)
      if (x.batch.containers.complete)
        report_list_gaps(on_, x.batch.host, x.summary);
    learn_from(jobs);
  }

  /// Hands the resources of one kind to `write`, part by part.
  template <class Resource, class Write>
  void write_rows(const std::vector<job>& jobs, observed<Resource> change_batch::*of,
                  std::optional<list_comparison<Resource>> compared_lists::*lists,
                  seen_rows seen_host::*rows, Write write) {
    std::vector<rows_to_write<Resource>> all;
    all.reserve(jobs.size());
    for (const auto& x : jobs) {
      const auto& list = (*x.lists).*lists;
      all.emplace_back(x.batch.*of, list ? &*list : nullptr, seen(x.batch.host).*rows);
    }
    for (;;) {
      host_parts<Resource> parts;
      for (std::size_t i = 0; i < jobs.size(); ++i)
        if (const auto& some = all[i].next_part(); !some.empty())
          parts.push_back({jobs[i].batch.host,
                           quota_.allowed(jobs[i].batch.host, some, jobs[i].summary),
                           jobs[i].summary});
      if (parts.empty())
        return;
      write(parts);
    }
  }

  /// A preview compares all rows.
  const seen_host& seen(const std::string& host) const {
    static const seen_host none;
    return hosts_ && hosts_->seen.contains(host) ? hosts_->seen.at(host) : none;
  }

  void learn_from(const std::vector<job>& jobs) {
    if (!hosts_ || std::ranges::none_of(jobs, [](const job& x) { return x.lists->any(); }))
      return;
    on_.flush();
    for (const auto& x : jobs)
      x.learned = learn(on_, *x.lists, x.summary);
  }

  /// Deletes the rows that the batches remove. Returns the batches whose rows are to be written
  /// now: not those that are held back, nor those whose deletions need another transaction.
  std::vector<job> delete_rows(const std::vector<job>& all) {
    deletions to_delete{on_, history_, now_, room_};
    std::vector<job> accepted;
    for (const auto& x : all)
      if (unfinished_.contains(x.batch.host))
        x.summary.unfinished = true;
      else if (to_delete.add(x.batch, *x.lists, x.summary))
        accepted.push_back(x);
    to_delete.run();
    postpone_unfinished(all);
    std::vector<job> to_write;
    std::ranges::copy_if(accepted, std::back_inserter(to_write),
                         [](const job& x) { return !x.summary.unfinished; });
    return to_write;
  }

  /// A volume takes the mounts of containers along, which a list of the same batch may show.
  void forget_deleted(const std::vector<job>& jobs) {
    for (const auto& x : jobs) {
      const auto& volumes = x.batch.volumes;
      if (!hosts_ || !x.lists->containers || (!volumes.complete && volumes.gone.empty()))
        continue;
      on_.flush();
      hosts_->seen[x.batch.host].forget(x.summary);
    }
  }

  /// The rest of an unfinished batch is written when all its rows are deleted, and later batches of
  /// its host after that. What they report besides deletions is reported then.
  void postpone_unfinished(const std::vector<job>& all) {
    for (const auto& x : all) {
      auto& summary = x.summary;
      if (!summary.unfinished)
        continue;
      unfinished_.insert(x.batch.host);
      summary.rejected.clear();
      summary.replaced_text = 0;
      summary.spared.clear();
      summary.more_spared = 0;
    }
  }

  static std::vector<const change_batch*> batches_of(const std::vector<job>& jobs) {
    std::vector<const change_batch*> batches;
    for (const auto& x : jobs)
      batches.push_back(&x.batch);
    return batches;
  }

  /// The transaction is committed.
  void remember(const std::vector<sanitized_batch>& all,
                const std::vector<write_summary>& summaries) {
    hosts_->known.merge(host_rows_.take_new());
    quota_.keep();
    // The sender of these batches learns from the summary that others may have written.
    for (std::size_t i = 0; i < all.size(); ++i)
      if (summaries[i].taken_anew && !summaries[i].refused && !summaries[i].unfinished)
        hosts_->locks.reacquisition_reported(all[i].batch.host);
    for (std::size_t i = 0; i < all.size(); ++i)
      if (hosts_->seen.contains(all[i].batch.host))
        hosts_->seen[all[i].batch.host].learn(summaries[i], std::move(learned_[i]));
  }

  session& on_;
  written_hosts* hosts_;
  const history_options& how_;
  std::set<std::string> written_; ///< hosts
  deletion_room room_;
  std::set<std::string_view> unfinished_; ///< hosts
  std::vector<learned_rows> learned_;     ///< by batch
  const std::set<std::string> unknown_;   ///< empty
  const std::string now_;
  host_writer host_rows_;
  quota_check quota_;
  history_context history_;
  std::unique_ptr<row_writer> rows_;
};

} // namespace

std::vector<write_summary> write_batches(session& on, const std::vector<change_batch>& batches,
                                         written_hosts* hosts, const history_options& how,
                                         const std::string& now) {
  std::vector<sanitized_batch> all;
  for (const auto& batch : batches)
    all.push_back(sanitized(batch));
  bool careful = false, hosts_forgotten = false, prepared_anew = false;
  for (;;) {
    try {
      const auto statements_before = on.statements();
      if (hosts)
        hosts->take_locks(on, hosts_of(all));
      auto summaries = attempt{on, hosts, how, now, careful}.run(all);
      for (auto& summary : summaries)
        summary.statements = on.statements() - statements_before;
      return summaries;
    } catch (const sql_error& e) {
      if (e.kind() == trouble::missing_parent && !hosts_forgotten) {
        // A host's row that this session had seen was deleted by another client.
        hosts_forgotten = true;
        if (hosts)
          hosts->known.clear();
      } else if (e.kind() == trouble::stale_plan && !std::exchange(prepared_anew, true)) {
        // The session has forgotten what it had prepared, and does it again.
      } else if (e.kind() == trouble::data && !careful) {
        // Careful is slower, so only when the database refuses some row.
        careful = true;
      } else {
        throw;
      }
    }
  }
}

} // namespace volumeviz::persistence
