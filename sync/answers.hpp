#pragma once

#include "messages/changes.hpp"

#include <cstddef>

namespace volumeviz::sync {

/// What an answer may list. An agent takes at most 4 MiB in one message.
struct answer_limits {
  std::size_t changes = 5'000;
  std::size_t rejected = 1'000;
  std::size_t needs_inspect = 5'000;
  std::size_t bytes = 512 * 1024; ///< of each of the three lists
};

/// Cuts the lists of a summary to what an answer may carry. The rest is counted in it, so that
/// whoever counts rows stays exact; whoever needs the names asks about all (see
/// write_summary::more_undetailed).
void bound_answer(write_summary& x, const answer_limits& limits = {});

} // namespace volumeviz::sync
