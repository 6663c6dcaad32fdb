#include "tests/sync/decision_tape.hpp"

#include <rapidcheck.h>

namespace volumeviz::sync::testing {

// Long tapes of large numbers from the start: rapidcheck's first cases are dull otherwise, and
// shrinking finds the dull core of a failure anyway.
std::vector<std::uint16_t> long_tape() {
  auto value = rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint16_t>(0, 5'000));
  return *rc::gen::resize(10 * rc::kNominalSize,
                          rc::gen::container<std::vector<std::uint16_t>>(value));
}

} // namespace volumeviz::sync::testing
