#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace volumeviz {

/// How many rows the database has, by host and by what else is of interest.
struct inventory_counts {
  using by_host = std::map<std::string, std::uint64_t>;
  using by_host_and = std::map<std::pair<std::string, std::string>, std::uint64_t>;

  by_host_and volumes;      ///< by driver
  by_host orphaned_volumes; ///< 0 for a host whose volumes all have a mount
  by_host_and containers;   ///< by state
  by_host mounts;
  std::uint64_t changes = 0; ///< rows of the history
};

} // namespace volumeviz
