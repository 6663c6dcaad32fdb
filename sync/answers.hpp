#pragma once

#include "messages/changes.hpp"

#include <cstddef>

namespace volumeviz::sync {

/// The most entries of an answer to an agent, which accepts messages of at most 4 MiB.
struct answer_limits {
  std::size_t changes = 5'000;
  std::size_t rejected = 1'000;
  std::size_t needs_inspect = 5'000;
  /// Of each of the three lists.
  std::size_t bytes = 512 * 1024;
};

/// Shortens the lists of a summary to what an answer may carry. The summary counts what is left
/// out, so that counts of rows stay exact. An agent that needs the missing keys inspects all of its
/// containers (see write_summary::more_needs_inspect).
void bound_answer(write_summary& x, const answer_limits& limits = {});

} // namespace volumeviz::sync
