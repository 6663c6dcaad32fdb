#pragma once

#include "persistence/session.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace volumeviz::persistence {

/// Where the locks of hosts are. What was got through a session is gone when that ends.
class lock_keeper {
public:
  virtual ~lock_keeper() = default;
  /// Tries to get these, none of which is held, and waits for nobody. Those that somebody else has,
  /// and who that is, if it can be told.
  virtual std::map<std::string, std::string> take(session& on,
                                                  const std::set<std::string>& hosts) = 0;
  virtual void give_back(session& on, const std::string& host) = 0;
  virtual void give_all_back(session& on) = 0;
  /// Begins a transaction; throws when the locks that were got are not this session's any more.
  virtual void begin(session& on) { on.begin(); }
  /// All are lost.
  virtual void session_ended() = 0;
};

/// Advisory locks of the session: the server frees them when the connection ends, however it ends.
std::unique_ptr<lock_keeper> make_postgresql_keeper();
/// Why a host can't be written through a pool that shares sessions, and what to do.
inline constexpr const char* no_lock_behind_a_pool =
    "the connection goes through a pool that hands one session of the server to several clients "
    "(PgBouncer with pool_mode = transaction or statement), so the lock that makes this node the "
    "only writer of its host does not hold: use a pool in session mode, or connect to PostgreSQL "
    "directly";
/// Locks of the operating system on bytes of the file PATH.lock: freed when the process ends.
std::unique_ptr<lock_keeper> make_sqlite_keeper(const std::string& path);

/// One writer a host: whoever has a host's lock writes its rows, and nobody else. Held as long as
/// the session lives and remembered, so that a batch of a host that is held costs no round trip.
/// Throws sql_error.
class host_locks {
public:
  explicit host_locks(const address& where);

  /// Tries to get those that are not held yet: on PostgreSQL one round trip when there are any, and
  /// a second when somebody else has one.
  void take(session& on, const std::set<std::string>& hosts);
  /// On a new session: tries to get again what was held on the one before.
  void take_again(session& on);
  void give_back(session& on, const std::string& host);
  void give_all_back(session& on);
  /// Without a session nothing is held; the host is not got again by take_again().
  void forget(const std::string& host) { hosts_.erase(host); }
  void session_ended();
  /// Begins a transaction that may write rows of held hosts.
  void begin(session& on) { keeper_->begin(on); }

  bool held(const std::string& host) const;
  /// Held, but others may have written its rows since this writer last knew them, or before it got
  /// the lock; until settle().
  bool anew(const std::string& host) const;
  void settle(const std::string& host) { hosts_[host].anew = false; }
  /// Hosts whose lock somebody else had at the last try, and who.
  std::map<std::string, std::string> refused() const;

private:
  struct lock {
    bool held = false;
    bool refused = false;
    bool anew = false;
    std::string holder;
  };
  std::map<std::string, lock> hosts_;
  std::unique_ptr<lock_keeper> keeper_;
};

} // namespace volumeviz::persistence
