#pragma once

#include "tests/simulation/shrink.hpp"

namespace volumeviz::simulation {

// What is asked of each sort of schedules; see README.md for the commands.

/// These keep every promise.
void check_fixed(maker make, std::uint64_t first, std::uint64_t count);
/// So do those of fifteen seconds, or as many as SIMULATE says, from SIMULATE_FROM on.
void check_fresh(maker make);
/// That of the number SIMULATE_ONE, told step by step.
void tell_one(maker make);
/// The same number gives the same life, whatever was played before.
void check_same_again(maker make);

} // namespace volumeviz::simulation
