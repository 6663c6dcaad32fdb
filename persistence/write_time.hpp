#pragma once

#include "messages/changes.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace volumeviz::persistence {

/// What a transaction that writes these gets beyond the limit of a call: 0.3 ms for each row above
/// 10,000. A host's first inventory of 100,000 volumes, each with its change, takes longer than the
/// limit. Given up, it would be tried again for ever.
inline std::chrono::microseconds time_beyond_limit(const std::vector<change_batch>& batches) {
  constexpr std::size_t usual = 10'000;
  constexpr std::chrono::microseconds of_row{300};
  std::size_t rows = 0;
  for (const auto& x : batches)
    rows += count_present(x.volumes) + count_present(x.containers);
  return of_row * (rows - std::min(rows, usual));
}

} // namespace volumeviz::persistence
