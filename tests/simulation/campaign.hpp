#pragma once

#include "tests/simulation/shrink.hpp"

#include <cstdint>
#include <vector>

namespace volumeviz::simulation {

// The checks of each family of schedules; README.md has the commands.

/// These keep every promise: so many, or at most SIMULATE of them.
void check_fixed(maker make, std::uint64_t first, std::uint64_t count);
/// So do these single ones. Each has broken a promise once.
void check_mended(maker make, const std::vector<std::uint64_t>& seeds);
/// So do fresh ones: as many as run in ten seconds, or SIMULATE of them, from SIMULATE_FROM on.
void check_fresh(maker make);
/// Runs the schedule of the number SIMULATE_ONE and prints each step.
void print_one(maker make);
/// The same number gives the same run, whatever ran before it.
void check_same_again(maker make, std::uint64_t count = 300);

} // namespace volumeviz::simulation
