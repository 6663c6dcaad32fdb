#pragma once

#include "messages/error.hpp"
#include "persistence/store.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace volumeviz::persistence {

struct history_report {
  std::uint64_t changes = 0, rows = 0, differences = 0;
  std::vector<std::string> lines; ///< the first differences
};

/// Replays the whole history and compares with the rows of today, in one snapshot. Changes nothing.
/// A million changes took 15 s on a busy machine, so database::call_limit does not hold.
result<history_report> check_history(const database& where);

} // namespace volumeviz::persistence
