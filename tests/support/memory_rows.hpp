#pragma once

#include "messages/changes.hpp"

#include <map>
#include <set>
#include <string>

namespace volumeviz::support {

/// The rows of one host.
struct memory_rows {
  std::map<std::string, volume> volumes;
  std::map<std::string, container> containers; ///< with their mounts
  host_facts facts;
  friend bool operator==(const memory_rows&, const memory_rows&) = default;
};

/// Writes a batch into the rows of its host, by the rules of persistence/store.hpp. Rows whose key
/// is in `rejected` are not written.
write_summary write_batch(const change_batch& batch, const std::set<std::string>& rejected,
                          memory_rows& rows);

} // namespace volumeviz::support
