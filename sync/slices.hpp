#pragma once

#include "messages/changes.hpp"

#include <cstddef>
#include <vector>

namespace volumeviz::sync {

/// Estimates the cost of a batch for the database, in rows:
///
/// - each row that it may write, mounts included, costs 1,
/// - each 4 KiB of a resource costs 1 more,
/// - 16 keys that are only looked up, or that events told of, cost 1,
/// - a complete list costs 100, since all rows of the host are compared with it.
std::size_t rows_of(const change_batch& x);

/// Cuts a batch that would hold up the batches of other hosts into slices. Each slice is a batch of
/// its own; they are written one after the other. A batch of at most twice `most` rows (lists
/// themselves not counted) stays whole.
///
/// The first slice of a complete list removes the rows that are gone, before anything else is
/// written. If the store refuses it or is locked out, no other slice of the list may follow. Each
/// slice after it has at most `most` rows, or one resource. The last slice has the facts, and says
/// once more that the list is complete: so its summary reports what the whole list leaves open
/// (write_summary::needs_inspect). What was told of a key is in its slice; of a key that a list
/// lacks, in the first one.
std::vector<change_batch> slices(change_batch&& whole, std::size_t most);

/// Adds the summary of a later slice of the same batch.
void merge(write_summary& into, write_summary&& later);

} // namespace volumeviz::sync
