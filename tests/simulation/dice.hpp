#pragma once

#include <cstdint>
#include <initializer_list>
#include <random>

namespace volumeviz::simulation {

/// The random choices of a schedule: the same seed makes the same choices.
class dice {
public:
  explicit dice(std::uint64_t seed) : random_(seed) {}
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  bool one_in(unsigned n) { return below(n) == 0; }
  std::uint64_t any() { return random_(); }
  template <class T>
  T of(std::initializer_list<T> values) {
    return values.begin()[below(static_cast<unsigned>(values.size()))];
  }

private:
  std::mt19937_64 random_;
};

} // namespace volumeviz::simulation
