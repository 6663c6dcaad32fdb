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

/// How much one transaction takes.
struct group_limits {
  std::size_t batches = 256;
  std::size_t rows = 5'000;
  std::size_t rows_of_host = 1'000; ///< while batches of other hosts wait, too
};

/// Which of the batches, given in the order in which they came, share the next transaction: hosts
/// take turns, so that one that has sent much holds up nobody else's. Never a later batch of a host
/// before an earlier one. At least the first batch, however heavy. Indexes, ascending.
std::vector<std::size_t> fair_group(const std::vector<waiting_batch>& all,
                                    const group_limits& limits = {});

} // namespace volumeviz::sync
