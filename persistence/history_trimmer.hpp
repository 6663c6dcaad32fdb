#pragma once

#include "persistence/history_options.hpp"
#include "persistence/session.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace volumeviz::persistence {

/// Deletes the oldest changes of hosts, a few at a time. Knows how many changes each host has, so
/// that they are counted only once: counting a million takes a tenth of a second, and is done in
/// steps, too. Throws sql_error.
class history_trimmer {
public:
  /// One step, in a transaction of its own. The session holds the host's lock.
  trimmed_history trim(session& on, const std::string& host, const history_options& how);
  /// Another writer may change the history.
  void forget(const std::string& host) { counts_.erase(host); }
  void clear() { counts_.clear(); }

private:
  struct count {
    std::uint64_t changes = 0;
    std::int64_t up_to = 0; ///< the greatest id that was counted
  };

  /// Returns whether some are left to be counted.
  static bool count_some(session& on, const std::string& host, count& known);
  static std::uint64_t remove_some(session& on, const std::string& host, std::uint64_t too_many,
                                   std::chrono::seconds retention);

  std::map<std::string, count> counts_; ///< by host
};

} // namespace volumeviz::persistence
