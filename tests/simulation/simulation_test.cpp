// Goal: whatever happens in whatever order, every promise is kept. Method: schedules from seeds,
// fixed ones and fresh ones; see README.md for the commands.

#include "tests/simulation/shrink.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>

using namespace volumeviz::simulation;

namespace {

std::optional<std::uint64_t> from_environment(const char* name) {
  const auto* text = std::getenv(name);
  if (text == nullptr)
    return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

void check_fixed(std::uint64_t first) {
  machine by;
  if (const auto found = find_broken(by, first, 5'000))
    FAIL(explain(by, *found));
}

} // namespace

TEST_CASE("fixed schedules keep every promise: the first five thousand") {
  check_fixed(0);
}

TEST_CASE("fixed schedules keep every promise: the second five thousand") {
  check_fixed(5'000);
}

TEST_CASE("fixed schedules keep every promise: the third five thousand") {
  check_fixed(10'000);
}

TEST_CASE("fresh schedules keep every promise") {
  // Fifteen seconds of them, or as many as SIMULATE says, from SIMULATE_FROM on.
  const auto wanted = from_environment("SIMULATE");
  const auto first = from_environment("SIMULATE_FROM").value_or([] {
    std::random_device any;
    return std::uint64_t{any()} << 32 | any();
  }());
  std::printf("schedules from %llu on\n", static_cast<unsigned long long>(first));
  machine by;
  const auto began = std::chrono::steady_clock::now();
  const auto seconds = [began] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  };
  std::uint64_t lived = 0;
  std::uint64_t broken = 0;
  for (; wanted ? lived < *wanted : seconds() < 15; ++lived)
    if (auto end = live(by, make_schedule(first + lived)); !end.broken.empty()) {
      ++broken;
      FAIL_CHECK(explain(by, {first + lived, end.broken}));
      if (broken == 10)
        break;
    }
  std::printf("%llu schedules, %.0f a second\n", static_cast<unsigned long long>(lived),
              static_cast<double>(lived) / seconds());
  CHECK(lived > 0);
}

TEST_CASE("one schedule can be told, step by step") {
  const auto seed = from_environment("SIMULATE_ONE").value_or(1);
  const auto what = make_schedule(seed);
  machine by;
  std::printf("%s", to_words(what).c_str());
  const auto end = live(by, what, {}, true);
  if (end.broken.empty())
    return;
  const auto shortest = shrink(by, what);
  std::printf("\nshrunk:\n%s", to_words(shortest).c_str());
  live(by, shortest, {}, true);
  FAIL(end.broken);
}

TEST_CASE("a schedule is the same whenever it is played") {
  std::vector<outcome> once;
  {
    machine by;
    for (std::uint64_t seed = 0; seed < 300; ++seed)
      once.push_back(live(by, make_schedule(seed)));
  }
  machine by;
  for (std::uint64_t seed = 300; seed-- > 0;)
    CHECK(live(by, make_schedule(seed)) == once[seed]);
}
