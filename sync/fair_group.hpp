#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace volumeviz::sync {

/// A batch that waits for the store.
struct waiting_batch {
  std::string_view host;
  std::size_t rows = 0;
};

/// The limits of one transaction.
struct group_limits {
  std::size_t batches = 256;
  std::size_t rows = 5'000;
  /// Of one host, while batches of other hosts wait too.
  std::size_t rows_of_host = 1'000;
};

/// Chooses the batches that share the next transaction, and returns their indexes, ascending. `all`
/// is in the order of arrival. Hosts take turns, so that a host with many batches does not hold up
/// the others. Batches of one host keep their order. At least the first batch is chosen, even if it
/// exceeds the limits.
std::vector<std::size_t> fair_group(const std::vector<waiting_batch>& all,
                                    const group_limits& limits = {});

} // namespace volumeviz::sync
