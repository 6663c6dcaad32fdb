#pragma once

#include "messages/changes.hpp"

#include <string_view>
#include <vector>

namespace volumeviz::sync {

/// The entry of this key, or null. `all` is sorted by key.
const told_change* find_told(const std::vector<told_change>& all, std::string_view key);
/// Sorts by key. Of several times of one key, the latest stays.
void sort_told(std::vector<told_change>& all);

/// The entries of `known`, which is sorted, about keys of which `of` says something: that they are
/// present or gone. A complete list says of each key that it lacks that it is gone, except of those
/// that are `also_present`.
template <class Resource>
std::vector<told_change> told_of(const observed<Resource>& of,
                                 const std::vector<told_change>& known);

/// Bounds what an agent tells the hub. Any time of the past since 1970 may be true, but none that
/// is more than a minute later than `now`, the hub's clock: such a time becomes that limit. Removes
/// what was told of keys that the batch is not about.
void bound_told(change_batch& x, timestamp now);

} // namespace volumeviz::sync
