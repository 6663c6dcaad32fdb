#pragma once

#include "messages/changes.hpp"

#include <cstddef>
#include <vector>

namespace volumeviz::sync {

/// What a batch costs the database, in rows: those that it may touch, mounts included, one more for
/// each 4 KiB of a resource, one for 16 keys that are only looked up, and 100 for a complete list,
/// with which all rows of the host are compared.
std::size_t rows_of(const change_batch& x);

/// Cuts a batch whose rows would hold up the other hosts' batches into slices that are written one
/// after the other, each a batch of its own. One slice, the batch itself, when it has at most
/// twice `most` rows (lists themselves not counted).
///
/// Of a complete list the first slice decides what is gone, before anything is written: when the
/// store refuses it, or is locked out, nothing of the list may follow. The slices after it have at
/// most `most` rows each, or one resource. The last one has the facts and says once more that the
/// list is complete, so that its summary tells what the whole list leaves open
/// (write_summary::undetailed).
std::vector<change_batch> slices(change_batch&& whole, std::size_t most);

/// Adds what a later slice of the same batch did.
void merge(write_summary& into, write_summary&& later);

} // namespace volumeviz::sync
