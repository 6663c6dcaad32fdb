#pragma once

#include "persistence/compared_lists.hpp"
#include "persistence/history_trimmer.hpp"
#include "persistence/host_locks.hpp"
#include "persistence/host_quota.hpp"

#include <cstddef>
#include <map>
#include <set>
#include <string>

namespace volumeviz::persistence {

/// What a store remembers about the hosts that it writes, from one transaction to the next.
struct written_hosts {
  written_hosts(const address& where, std::size_t most_rows) : locks{where}, quota{most_rows} {}

  /// The connection has ended: its locks are lost, and other writers may change the rows.
  void session_ended() {
    known.clear();
    quota.clear();
    seen.clear();
    history.clear();
    locks.session_ended();
  }

  /// To be called before the transaction begins, so that all it reads was written before it had the
  /// locks. Otherwise two nodes with one name, or a node and its former connection whose COMMIT is
  /// still on its way, could interleave.
  void take_locks(session& on, const std::set<std::string>& of) {
    locks.take(on, of);
    for (const auto& host : of)
      if (locks.reacquired(host)) {
        quota.forget(host);
        history.forget(host);
      }
  }

  /// Hosts whose row this session has committed or found.
  std::set<std::string> known;
  host_locks locks;
  host_quota quota;
  std::map<std::string, seen_host> seen; ///< by host
  history_trimmer history;
};

} // namespace volumeviz::persistence
