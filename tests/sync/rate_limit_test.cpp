#include "sync/rate_limit.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {

constexpr rate_limit::time_point start{1h};

/// How often it happens for a peer that tries every 10 ms.
int happens(rate_limit& limit, const std::string& key, std::chrono::milliseconds from,
            std::chrono::milliseconds span) {
  auto n = 0;
  for (auto passed = from; passed < from + span; passed += 10ms)
    if (limit.allows(key, start + passed)) {
      limit.count(key, start + passed);
      ++n;
    }
  return n;
}

} // namespace

TEST_CASE("eight times at once, then once a second") {
  rate_limit limit;
  CHECK(happens(limit, "a", 0s, 100ms) == 8);
  CHECK(happens(limit, "a", 100ms, 10s) == 10);
}

TEST_CASE("after a wait the whole burst is allowed again") {
  rate_limit limit;
  happens(limit, "a", 0s, 5s);
  CHECK(happens(limit, "a", 20s, 100ms) == 8);
}

TEST_CASE("keys do not affect each other, and asking does not count") {
  rate_limit limit;
  happens(limit, "a", 0s, 1s);
  CHECK_FALSE(limit.allows("a", start + 900ms));
  for (int i = 0; i < 100; ++i)
    CHECK(limit.allows("b", start + 1s));
  CHECK(happens(limit, "b", 1s, 100ms) == 8);
}

TEST_CASE("new keys without end take no memory, and those beyond the limit share one") {
  rate_limit limit{{.burst = 8, .interval = 1s, .keys = 10}};
  for (int i = 0; i < 10; ++i)
    CHECK(happens(limit, "name-" + std::to_string(i), 0s, 10ms) == 1);
  auto n = 0;
  for (int i = 10; i < 1000; ++i)
    n += happens(limit, "name-" + std::to_string(i), 0s, 10ms);
  CHECK(n == 8);
  CHECK(limit.keys() == 11);
  CHECK(happens(limit, "later", 10s, 100ms) == 8); // the others are forgotten by now
  CHECK(limit.keys() == 1);
}
