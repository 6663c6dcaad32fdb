#pragma once

#include "persistence/history_rules.hpp"

#include <chrono>
#include <cstdint>

namespace volumeviz::persistence {

/// What a store records of the changes that it writes, and for how long.
struct history_options {
  history_rules excluded{};
  std::chrono::seconds retention = std::chrono::hours{24 * 30}; ///< 0: no history
  std::uint64_t most_changes = 1'000'000;                       ///< of a host; 0: no limit
  bool notify = false; ///< PostgreSQL: each transaction that wrote changes does NOTIFY

  bool recording() const noexcept { return retention.count() > 0; }
};

/// The result of one step of trimming.
struct trimmed_history {
  std::uint64_t changes = 0; ///< deleted by this step
  bool more = false;         ///< another step has something to do
};

} // namespace volumeviz::persistence
