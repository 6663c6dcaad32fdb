#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace volumeviz::sync::testing {

/// Decisions, one after the other; the first answer for every question once it is used up. So the
/// shorter the tape and the smaller its numbers, the duller the story, and a failing one shrinks to
/// its essence.
class decision_tape {
public:
  explicit decision_tape(std::vector<std::uint16_t> values) : values_(std::move(values)) {}
  /// One of 0 … choices - 1.
  unsigned choose(unsigned choices) {
    return next_ < values_.size() ? values_[next_++] % choices : 0;
  }
  /// True in one of `n` cases, never once the tape is used up.
  bool one_in(unsigned n) { return choose(n) == n - 1 && next_ <= values_.size() && n > 1; }
  std::chrono::milliseconds span(unsigned most) {
    return std::chrono::milliseconds{choose(most + 1)};
  }

private:
  std::vector<std::uint16_t> values_;
  std::size_t next_ = 0;
};

/// What a tape is made of, inside of rc::check(): rapidcheck makes it up and shrinks it.
std::vector<std::uint16_t> long_tape();

} // namespace volumeviz::sync::testing
