#pragma once

#include "tests/persistence/testbed.hpp"

#include <string>
#include <vector>

namespace volumeviz::persistence::testing {

/// Replays all changes from nothing. Returns the first thing that is wrong, or nothing: a change
/// that does not fit what came before, versions of a key that overlap, or rows of today that differ
/// from the replayed ones.
std::string history_problem(const testbed& on);

/// The changes in order, a line each: "create volume v1 by event".
std::vector<std::string> recorded(const testbed& on);

/// The rows of today, or on PostgreSQL those that volumes_at() and its like show for a moment; a
/// line of JSON each, sorted.
std::vector<std::string> rows_as_json(const testbed& on, const std::string& moment = {});

} // namespace volumeviz::persistence::testing
