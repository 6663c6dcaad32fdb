// A host's lock is the session-level advisory lock with the 64-bit key
//
//     hashtextextended('volumeviz-events host ' || HOST, OID of the tables' schema)
//
// in the database of the tables. The schema is part of the key, since two inventories may live in
// two schemas of one database. docs/database.md has a query that shows the locks.
//
// A pool (PgBouncer with pool_mode = transaction) can hand one session of the server to several
// clients. Then a lock of the session protects nothing: the session grants it to each of them. So
// the session is marked, by a setting with a random value, before the first lock is taken:
// - A session that already has a mark belongs to another client, too: no lock is taken.
// - The first statement of each transaction that writes checks the mark. It is the expected one
//   only if the session is the one that took the locks, and no other client has marked it since.
// - A reset of the session (DISCARD ALL) frees its locks and drops the mark together.

#include "persistence/host_locks.hpp"
#include "persistence/text.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace volumeviz::persistence {

namespace {

/// The parameter `hosts` as rows (host, key).
constexpr const char* wanted =
    "(SELECT host, hashtextextended('volumeviz-events host ' || host, (SELECT relnamespace::bigint "
    "FROM pg_class WHERE oid = 'hosts'::regclass)) AS key FROM (SELECT "
    "jsonb_array_elements_text(:hosts::jsonb) AS host OFFSET 0) AS named OFFSET 0) AS wanted";

parameters names(const std::set<std::string>& hosts) {
  return {{"hosts", json_array({hosts.begin(), hosts.end()})}};
}

/// A session of the server. Process ids are used again, so its start time is part of its identity.
struct backend {
  std::string pid, started;
  friend bool operator==(const backend&, const backend&) = default;
};

struct lock_holder {
  std::string host;
  backend who;
  std::string address; ///< empty: a Unix socket, or hidden from this role
};

std::string describe(const lock_holder& x) {
  return "PostgreSQL's process " + x.who.pid
         + (x.address.empty() ? std::string{} : ", connected from " + x.address);
}

/// A value for the session's mark, safe in SQL.
std::string random_mark() {
  std::random_device source;
  std::string result;
  for (int i = 0; i < 4; ++i)
    result += std::to_string(source()) + '-';
  return result;
}

/// Fails, by a division by zero, in a session without this mark: what is queued behind it is then
/// not run.
constexpr const char* require_mark =
    "SELECT (1 / (current_setting('volumeviz.session', true) IS NOT DISTINCT FROM "
    ":mark::text)::integer)::text";

sql_error not_held() {
  return {trouble::away, no_lock_behind_a_pool};
}

class postgresql_keeper final : public lock_keeper {
public:
  std::map<std::string, std::string> take(session& on,
                                          const std::set<std::string>& hosts) override {
    if (hosts.empty())
      return {};
    if (mark_.empty())
      mark(on);
    auto missing = try_to_take(on, hosts);
    auto holders = holders_of(on, missing);
    if (const auto ours = former_among(holders); !ours.empty()) {
      for (const auto& x : ours)
        end(on, x);
      missing = try_to_take(on, missing);
      holders = holders_of(on, missing);
    }
    former_ = former_among(holders);
    if (!former_.empty())
      throw sql_error{trouble::away, "this node's former connection still holds the host's lock: "
                                     "the server has not ended its process "
                                         + former_.front().pid + " yet"};
    if (missing.size() < hosts.size() && !std::exchange(verified_, true)) {
      std::set<std::string> got;
      std::ranges::set_difference(hosts, missing, std::inserter(got, got.end()));
      verify(on, got);
    }
    std::map<std::string, std::string> refused;
    for (const auto& host : missing)
      refused.emplace(host, std::string{});
    for (const auto& x : holders)
      refused[x.host] = describe(x);
    return refused;
  }

  void give_back(session& on, const std::string& host) override {
    on.query(std::string{"SELECT pg_advisory_unlock(key)::text FROM "} + wanted, names({host}), 1);
  }

  void give_all_back(session& on) override {
    on.query("SELECT CASE WHEN current_setting('volumeviz.session', true) = :mark::text THEN "
             "pg_advisory_unlock_all()::text END",
             {{"mark", mark_}}, 1);
  }

  void begin(session& on) override {
    on.begin();
    if (!mark_.empty())
      on.queue({.sql = require_mark,
                .values = {{"mark", mark_}},
                .columns = 1,
                .failed = [](const sql_error& why) {
                  return why.kind() == trouble::data ? not_held() : why;
                }});
  }

  void session_ended() override {
    if (me_)
      former_.push_back(*me_);
    me_.reset();
    mark_.clear();
    verified_ = false;
  }

private:
  /// Before the first lock of a session.
  void mark(session& on) {
    if (!on.keeps_its_backend())
      throw not_held();
    const auto ours = random_mark();
    const auto before = on.query("SELECT current_setting('volumeviz.session', true), "
                                 "set_config('volumeviz.session', :mark::text, false)",
                                 {{"mark", ours}}, 2);
    if (!before.at(0).at(0).empty())
      throw not_held();
    mark_ = ours;
  }

  /// In a second transaction: the locks that try_to_take() got must still be held, or the session
  /// is shared with other clients.
  void verify(session& on, const std::set<std::string>& hosts) const {
    const auto held = on.query(
        std::string{"SELECT count(*)::text, current_setting('volumeviz.session', true) FROM "}
            + wanted
            + " JOIN pg_locks AS l ON l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND "
              "(l.classid::bigint << 32 | l.objid::bigint) = wanted.key AND l.pid = "
              "pg_backend_pid()",
        names(hosts), 2);
    if (held.at(0).at(0) != std::to_string(hosts.size()) || held.at(0).at(1) != mark_)
      throw not_held();
  }

  /// Returns the hosts whose lock was not free.
  std::set<std::string> try_to_take(session& on, const std::set<std::string>& hosts) {
    std::set<std::string> missing;
    if (hosts.empty())
      return missing;
    for (const auto& row :
         on.query(std::string{"SELECT host, pg_try_advisory_lock(key)::text, "
                              "pg_backend_pid()::text, (SELECT extract(epoch FROM "
                              "backend_start)::text FROM pg_stat_activity WHERE pid = "
                              "pg_backend_pid()), current_setting('volumeviz.session', true) "
                              "FROM "}
                      + wanted,
                  names(hosts), 5)) {
      if (row[4] != mark_)
        throw not_held();
      if (row[1] == "true")
        me_ = backend{row[2], row[3]};
      else
        missing.insert(row[0]);
    }
    return missing;
  }

  static std::vector<lock_holder> holders_of(session& on, const std::set<std::string>& hosts) {
    std::vector<lock_holder> holders;
    if (hosts.empty())
      return holders;
    for (const auto& row :
         on.query(std::string{"SELECT wanted.host, a.pid::text, extract(epoch FROM "
                              "a.backend_start)::text, host(a.client_addr) FROM "}
                      + wanted
                      + " JOIN pg_locks AS l ON l.locktype = 'advisory' AND l.granted AND "
                        "l.objsubid = 1 AND (l.classid::bigint << 32 | l.objid::bigint) = "
                        "wanted.key AND l.database = (SELECT oid FROM pg_database WHERE datname = "
                        "current_database()) JOIN pg_stat_activity AS a ON a.pid = l.pid",
                  names(hosts), 4))
      holders.push_back({row[0], {row[1], row[2]}, row[3]});
    return holders;
  }

  std::vector<backend> former_among(const std::vector<lock_holder>& holders) const {
    std::vector<backend> result;
    for (const auto& x : former_)
      if (std::ranges::find(holders, x, &lock_holder::who) != holders.end())
        result.push_back(x);
    return result;
  }

  /// Ends a former connection of this node that the server still considers open: it was frozen, or
  /// the network lost the end. Its transaction, if there is one, ends before the next one begins.
  static void end(session& on, const backend& former) {
    on.query("SELECT pg_terminate_backend(pid, 1000)::text FROM pg_stat_activity WHERE pid = "
             ":pid::integer AND extract(epoch FROM backend_start)::text = :started::text",
             {{"pid", former.pid}, {"started", former.started}}, 1);
  }

  std::string mark_; ///< of this session; empty until the first lock is taken
  bool verified_ = false;
  std::optional<backend> me_;   ///< this session, once it has taken a lock
  std::vector<backend> former_; ///< earlier sessions that had locks and may still have them
};

} // namespace

std::unique_ptr<lock_keeper> make_postgresql_keeper() {
  return std::make_unique<postgresql_keeper>();
}

} // namespace volumeviz::persistence
