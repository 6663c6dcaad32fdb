#include "persistence/transaction.hpp"

#include "persistence/row_writer.hpp"
#include "persistence/text.hpp"
#include "persistence/tidy.hpp"

#include <algorithm>
#include <chrono>

namespace volumeviz::persistence {

namespace {

/// A complete list that removes this many rows or fewer is always believed.
constexpr std::size_t always_believed = 10;

/// The two tables that are told apart by little more than their names.
struct kind_of_rows {
  row_kind kind;
  const char* table;
  const char* key;
};
constexpr kind_of_rows volume_rows{row_kind::volume, "volumes", "volume_id"};
constexpr kind_of_rows container_rows{row_kind::container, "containers", "container_id"};

/// One attempt at one transaction.
class attempt {
public:
  attempt(session& on, const std::set<std::string>& known_hosts, const host_locks* locks,
          bool careful)
      : on_{on}, known_hosts_{known_hosts}, locks_{locks},
        now_{iso_time(std::chrono::duration_cast<std::chrono::nanoseconds>(
                          std::chrono::system_clock::now().time_since_epoch())
                          .count())},
        rows_{on.kind() == dialect::sqlite ? make_sqlite_writer(on, now_)
                                           : make_postgresql_writer(on, careful)} {}

  write_summary write(const tidy_batch& x) {
    write_summary summary;
    if (locks_ && !x.batch.host.empty()) {
      if (!locks_->held(x.batch.host)) {
        summary.locked_out = true;
        return summary;
      }
      summary.taken_anew = locks_->anew(x.batch.host);
    }
    summary.rejected = x.rejected;
    summary.replaced_text = x.replaced_text;
    if (x.batch.host.empty())
      return summary;
    const auto volumes = removals(volume_rows, x.batch.host, x.batch.volumes, &volume::name);
    const auto containers =
        removals(container_rows, x.batch.host, x.batch.containers, &container::id);
    if (volumes.doubtful || containers.doubtful) {
      summary.refused = true;
      return summary;
    }
    write_host(x.batch.host, x.batch.facts);
    remove(container_rows, x.batch.host, containers.keys, summary);
    remove(volume_rows, x.batch.host, volumes.keys, summary);
    if (!x.batch.volumes.present.empty())
      rows_->upsert_volumes(x.batch.host, x.batch.volumes.present, summary);
    if (!x.batch.containers.present.empty())
      write_containers(x.batch.host, x.batch.containers.present, summary);
    if (x.batch.containers.complete)
      tell_gaps(x.batch.host, summary);
    std::ranges::sort(summary.changes);
    return summary;
  }

  std::set<std::string> take_hosts() { return std::move(known_hosts_); }

private:
  struct removal {
    std::vector<std::string> keys;
    bool doubtful = false;
  };

  /// What the database has and the daemon has not.
  template <class Resource>
  removal removals(const kind_of_rows& what, const std::string& host,
                   const observed<Resource>& seen, std::string Resource::*key) {
    removal result{seen.gone, false};
    if (!seen.complete)
      return result;
    auto accounted = seen.gone;
    for (const auto& x : seen.present)
      accounted.push_back(x.*key);
    const std::string table = what.table, column = what.key;
    const auto missing =
        on_.query("SELECT " + column + ", (SELECT count(*) FROM " + table + " WHERE host = " + host_
                      + ") FROM " + table + " WHERE host = " + host_ + " AND " + column
                      + " NOT IN (" + keys_ + ')',
                  {{"host", host}, {"keys", json_array(accounted)}}, 2);
    if (missing.empty())
      return result;
    const auto rows = std::stoull(missing.front()[1]);
    result.doubtful =
        !seen.confirmed && missing.size() > always_believed && missing.size() * 2 > rows;
    for (const auto& row : missing)
      result.keys.push_back(row[0]);
    return result;
  }

  /// The mounts first and by name: the database would take them along, without a word about which.
  void remove(const kind_of_rows& what, const std::string& host,
              const std::vector<std::string>& keys, write_summary& summary) {
    if (keys.empty())
      return;
    const parameters values{{"host", host}, {"keys", json_array(keys)}};
    const std::string column = what.key;
    // An array is looked up in the index, where PostgreSQL would join a list with the whole table.
    const auto where =
        " WHERE host = " + host_ + " AND " + column
        + (on_.kind() == dialect::sqlite ? " IN (" + keys_ + ')' : " = ANY (ARRAY(" + keys_ + "))")
        + " RETURNING ";
    for (const auto& row :
         on_.query("DELETE FROM volume_mounts" + where + "container_id, volume_id, mount_path",
                   values, 3))
      summary.changes.push_back(
          {row_kind::mount, operation::remove, row[0], mount_detail(row[1], row[2])});
    for (const auto& row :
         on_.query("DELETE FROM " + std::string{what.table} + where + column, values, 1))
      summary.changes.push_back({what.kind, operation::remove, row[0], {}});
  }

  void write_containers(const std::string& host, const std::vector<container>& present,
                        write_summary& summary) {
    const auto rejected_before = summary.rejected.size();
    rows_->upsert_containers(host, present, summary);
    if (summary.rejected.size() == rejected_before) {
      rows_->replace_mounts(host, present, summary);
      return;
    }
    // A container without a row can have no mounts.
    auto written = present;
    std::erase_if(written, [&](const container& c) {
      return std::any_of(summary.rejected.begin() + static_cast<std::ptrdiff_t>(rejected_before),
                         summary.rejected.end(),
                         [&](const rejected_row& r) { return r.key == c.id; });
    });
    rows_->replace_mounts(host, written, summary);
  }

  /// What a list leaves open: times that nobody has told, and since when changes may have been
  /// missed.
  void tell_gaps(const std::string& host, write_summary& summary) {
    for (auto& row : on_.query("SELECT container_id FROM containers WHERE host = " + host_
                                   + " AND started_at IS NULL AND state <> 'created'",
                               {{"host", host}}, 1))
      summary.undetailed.push_back(std::move(row[0]));
    const std::string seconds = on_.kind() == dialect::sqlite
                                    ? "strftime('%s', verified_at)"
                                    : "floor(extract(epoch FROM verified_at))::bigint::text";
    const auto rows =
        on_.query("SELECT " + seconds + " FROM hosts WHERE host = " + host_, {{"host", host}}, 1);
    if (!rows.empty() && !rows[0][0].empty())
      summary.verified_before = std::stoll(rows[0][0]) * 1'000'000'000;
  }

  void write_host(const std::string& host, const host_facts& facts) {
    if (facts.last_seen_at != never)
      write_facts(host, facts);
    else if (!known_hosts_.contains(host))
      on_.execute("INSERT INTO hosts (host, first_seen_at) VALUES (" + host_ + ", " + time("now")
                      + ") ON CONFLICT (host) DO NOTHING",
                  {{"host", host}, {"now", now_, parameter::type::time}});
    known_hosts_.insert(host);
  }

  /// Texts that are unknown (empty) stay, times move backwards only with our clock: what lies in
  /// its future was told by another, and would stand for hours that are to come. The row is touched
  /// only when it differs.
  void write_facts(const std::string& host, const host_facts& facts) {
    const bool sqlite = on_.kind() == dialect::sqlite;
    const auto later = [&](const std::string& column) {
      // Both ignore a NULL on one side, said in the two languages.
      const auto latest = sqlite ? "nullif(max(coalesce(h." + column + ", ''), coalesce(excluded."
                                       + column + ", '')), '')"
                                 : "greatest(h." + column + ", excluded." + column + ")";
      return "CASE WHEN h." + column + " > " + time("now") + " THEN excluded." + column + " ELSE "
             + latest + " END";
    };
    const auto known = [&](const std::string& column) {
      return "coalesce(nullif(excluded." + column + ", ''), h." + column + ")";
    };
    const std::string columns = "engine_id, engine_version, last_seen_at, verified_at";
    const std::string now = "(h.engine_id, h.engine_version, h.last_seen_at, h.verified_at)";
    const auto then = '(' + known("engine_id") + ", " + known("engine_version") + ", "
                      + later("last_seen_at") + ", " + later("verified_at") + ")";
    on_.execute("INSERT INTO hosts AS h (host, first_seen_at, " + columns + ") VALUES (" + host_
                    + ", " + time("now") + ", " + text("id") + ", " + text("version") + ", "
                    + time("seen") + ", " + time("verified")
                    + ") ON CONFLICT (host) DO UPDATE SET (" + columns + ") = " + then + " WHERE "
                    + now + (sqlite ? " IS NOT " : " IS DISTINCT FROM ") + then,
                {{"host", host},
                 {"now", now_, parameter::type::time},
                 {"id", facts.engine_id},
                 {"version", facts.engine_version},
                 {"seen", iso_time(facts.last_seen_at), parameter::type::time},
                 {"verified", iso_time(facts.verified_at), parameter::type::time}});
  }

  std::string text(const std::string& name) const {
    return ':' + name + (on_.kind() == dialect::sqlite ? "" : "::text");
  }
  std::string time(const std::string& name) const {
    return ':' + name + (on_.kind() == dialect::sqlite ? "" : "::timestamptz");
  }

  session& on_;
  std::set<std::string> known_hosts_;
  const host_locks* locks_; // null: nothing will be kept
  std::string now_;
  std::unique_ptr<row_writer> rows_;
  std::string host_ = text("host");
  std::string keys_ = on_.kind() == dialect::sqlite
                          ? "SELECT value FROM json_each(:keys)"
                          : "SELECT jsonb_array_elements_text(:keys::jsonb)";
};

std::vector<tidy_batch> all_tidied(const std::vector<change_batch>& batches) {
  std::vector<tidy_batch> result;
  for (const auto& batch : batches)
    result.push_back(tidied(batch));
  return result;
}

/// Before the transaction begins, so that whatever it reads was written before the locks were got:
/// two nodes with one name, or one node's former connection whose COMMIT is still on its way, must
/// not interleave.
void lock_hosts(session& on, const std::vector<tidy_batch>& batches, host_locks& locks) {
  std::set<std::string> hosts;
  for (const auto& x : batches)
    if (!x.batch.host.empty())
      hosts.insert(x.batch.host);
  locks.take(on, hosts);
}

/// Whoever asked for these batches knows now that others may have written.
void settle_locks(const std::vector<tidy_batch>& batches,
                  const std::vector<write_summary>& summaries, host_locks& locks) {
  for (std::size_t i = 0; i < batches.size(); ++i)
    if (summaries[i].taken_anew && !summaries[i].refused)
      locks.settle(batches[i].batch.host);
}

std::vector<write_summary> run(session& on, const std::vector<tidy_batch>& batches,
                               std::set<std::string>& known_hosts, host_locks* locks,
                               bool careful) {
  const auto statements_before = on.statements();
  if (locks)
    lock_hosts(on, batches, *locks);
  attempt once{on, known_hosts, locks, careful};
  on.begin();
  try {
    std::vector<write_summary> summaries;
    for (const auto& batch : batches)
      summaries.push_back(once.write(batch));
    if (locks) {
      on.commit();
      known_hosts = once.take_hosts();
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
std::vector<write_summary> run_carefully(session& on, const std::vector<tidy_batch>& batches,
                                         std::set<std::string>& known_hosts, host_locks* locks) {
  bool careful = false, hosts_doubted = false;
  for (;;) {
    try {
      return run(on, batches, known_hosts, locks, careful);
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
                                         std::set<std::string>& known_hosts, host_locks& locks) {
  return run_carefully(on, all_tidied(batches), known_hosts, &locks);
}

std::vector<write_summary> preview_batches(session& on, const std::vector<change_batch>& batches) {
  std::set<std::string> no_hosts;
  return run_carefully(on, all_tidied(batches), no_hosts, nullptr);
}

} // namespace volumeviz::persistence
