#include "tests/simulation/campaign.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <random>
#include <vector>

namespace volumeviz::simulation {

namespace {

std::optional<std::uint64_t> from_environment(const char* name) {
  const auto* text = std::getenv(name);
  if (text == nullptr)
    return std::nullopt;
  return std::strtoull(text, nullptr, 10);
}

} // namespace

void check_fixed(maker make, std::uint64_t first, std::uint64_t count) {
  if (const auto most = from_environment("SIMULATE"))
    count = std::min(count, *most);
  machine by;
  if (const auto found = find_broken(by, first, count, {}, make))
    FAIL(explain(by, *found, {}, make));
}

void check_mended(maker make, const std::vector<std::uint64_t>& seeds) {
  machine by;
  for (const auto seed : seeds)
    if (auto end = live(by, make(seed)); !end.broken.empty())
      FAIL_CHECK(explain(by, {seed, end.broken}, {}, make));
}

void check_fresh(maker make) {
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
  for (; wanted ? lived < *wanted : seconds() < 10; ++lived)
    if (auto end = live(by, make(first + lived)); !end.broken.empty()) {
      ++broken;
      FAIL_CHECK(explain(by, {first + lived, end.broken}, {}, make));
      if (broken == 10)
        break;
    }
  std::printf("%llu schedules, %.0f a second\n", static_cast<unsigned long long>(lived),
              static_cast<double>(lived) / seconds());
  CHECK(lived > 0);
}

void print_one(maker make) {
  const auto seed = from_environment("SIMULATE_ONE").value_or(1);
  const auto what = make(seed);
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

void check_same_again(maker make, std::uint64_t count) {
  std::vector<outcome> once;
  {
    machine by;
    for (std::uint64_t seed = 0; seed < count; ++seed)
      once.push_back(live(by, make(seed)));
  }
  machine by;
  for (auto seed = count; seed-- > 0;)
    CHECK(live(by, make(seed)) == once[seed]);
}

} // namespace volumeviz::simulation
