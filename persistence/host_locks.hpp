#pragma once

#include "persistence/session.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace volumeviz::persistence {

/// The locks of hosts in one of the two databases. A lock that was taken through a session is lost
/// when the session ends.
class lock_keeper {
public:
  virtual ~lock_keeper() = default;
  /// Tries to take the locks of these hosts, none of which is held; never waits. Returns the hosts
  /// whose lock another process has, and a description of that process, empty when unknown.
  virtual std::map<std::string, std::string> take(session& on,
                                                  const std::set<std::string>& hosts) = 0;
  virtual void give_back(session& on, const std::string& host) = 0;
  virtual void give_all_back(session& on) = 0;
  /// Begins a transaction; throws when the locks are not this session's any more.
  virtual void begin(session& on) { on.begin(); }
  /// All locks are lost.
  virtual void session_ended() = 0;
};

/// Advisory locks of the session: the server frees them when the connection ends, for whatever
/// reason.
std::unique_ptr<lock_keeper> make_postgresql_keeper();
/// The error: a host can't be written through a pool that shares sessions.
inline constexpr const char* no_lock_behind_a_pool =
    "the connection goes through a pool that hands one session of the server to several clients "
    "(PgBouncer with pool_mode = transaction or statement), so the lock that makes this node the "
    "only writer of its host does not hold: use a pool in session mode, or connect to PostgreSQL "
    "directly";
/// Locks of the operating system on bytes of the file PATH.lock: the kernel frees them when the
/// process ends.
std::unique_ptr<lock_keeper> make_sqlite_keeper(const std::string& path);

/// One writer per host: only the session that holds a host's lock writes the host's rows. A session
/// keeps its locks while it lives, so a batch of a host whose lock is held costs no round trip.
/// Throws sql_error.
class host_locks {
public:
  explicit host_locks(const address& where);

  /// Tries to take the locks that are not held yet: one round trip on PostgreSQL when there are
  /// any, a second one when another process has one of them.
  void take(session& on, const std::set<std::string>& hosts);
  /// On a new session: tries to take again the locks that the session before it held.
  void take_again(session& on);
  void give_back(session& on, const std::string& host);
  void give_all_back(session& on);
  /// Without a session: take_again() does not take this host's lock any more.
  void forget(const std::string& host) { hosts_.erase(host); }
  void session_ended();
  /// Begins a transaction that may write rows of held hosts.
  void begin(session& on) { keeper_->begin(on); }

  bool held(const std::string& host) const;
  /// The lock was lost or another process had it before, so other writers may have changed the
  /// rows. True until reacquisition_reported().
  bool reacquired(const std::string& host) const;
  /// The sender of the host's batches knows that the lock was reacquired.
  void reacquisition_reported(const std::string& host) { hosts_[host].reacquired = false; }
  /// Hosts whose lock another process had at the last try, and a description of that process.
  std::map<std::string, std::string> refused() const;

private:
  struct lock {
    bool held = false;
    bool refused = false;
    bool reacquired = false;
    std::string holder;
  };
  std::map<std::string, lock> hosts_;
  std::unique_ptr<lock_keeper> keeper_;
};

} // namespace volumeviz::persistence
