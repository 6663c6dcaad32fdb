#pragma once

#include "persistence/compared_lists.hpp"
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
    locks.session_ended();
  }

  /// Hosts whose row this session has committed or found.
  std::set<std::string> known;
  host_locks locks;
  host_quota quota;
  std::map<std::string, seen_host> seen; ///< by host
};

} // namespace volumeviz::persistence
