#pragma once

#include "messages/changes.hpp"

#include <set>
#include <string>
#include <vector>

namespace volumeviz::sync {

/// The first write of each host by a store that replaces one that has died. The dead store may have
/// lost a host's lock and died before its next write reported that: the new one can't know whether
/// another process has written the rows in between. So its first write of a host counts as one with
/// a lock that was taken anew.
class first_writes {
public:
  explicit first_writes(bool replaces_another) : replaces_another_(replaces_another) {}

  /// A batch of the host is committed, or was not written: another process has the lock, or the
  /// mass-deletion guard has refused it. Sets write_summary::taken_anew in the first one written.
  void written(const std::string& host, write_summary& summary);
  /// This store does not write the host any more.
  void forget(const std::string& host) { known_.erase(host); }

private:
  const bool replaces_another_;
  std::set<std::string> known_; ///< hosts, if it replaces another
};

} // namespace volumeviz::sync
