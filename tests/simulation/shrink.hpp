#pragma once

#include "tests/simulation/world.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace volumeviz::simulation {

/// The shortest and simplest schedule found that still breaks a promise.
schedule shrink(machine& by, schedule broken, const variant& node = {});

/// Makes schedules of numbers.
using maker = schedule (*)(std::uint64_t);

/// The first of these schedules that breaks a promise.
struct finding {
  std::uint64_t seed = 0;
  std::string broken;
};
std::optional<finding> find_broken(machine& by, std::uint64_t first, std::uint64_t count,
                                   const variant& node = {}, maker make = make_schedule);

/// A report: the broken promise, the shrunk schedule in words, and the command that replays it.
std::string explain(machine& by, const finding& what, const variant& node = {},
                    maker make = make_schedule);

} // namespace volumeviz::simulation
