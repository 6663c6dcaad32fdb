#include "sync/log_limit.hpp"

#include <doctest/doctest.h>

using namespace volumeviz::sync;
using namespace std::chrono_literals;

namespace {
constexpr log_limit::time_point start{1h};
}

TEST_CASE("the first line of a key is written, those of the next minute are counted") {
  log_limit lines;
  CHECK(lines.admit("a", start) == 0);
  CHECK(lines.admit("b", start) == 0);
  for (int i = 0; i < 1500; ++i)
    CHECK_FALSE(lines.admit("a", start + 1s * (i % 60)));
  CHECK(lines.admit("a", start + 60s) == 1500);
  CHECK_FALSE(lines.admit("a", start + 61s));
  CHECK(lines.admit("a", start + 120s) == 1);
}

TEST_CASE("several lines in an interval may be written, the rest is counted once") {
  log_limit lines{{.interval = 60s, .keys = 10, .lines = 3}};
  for (int i = 0; i < 3; ++i)
    CHECK(lines.admit("a", start + 1s * i) == 0);
  CHECK_FALSE(lines.admit("a", start + 3s));
  CHECK_FALSE(lines.admit("a", start + 59s));
  CHECK(lines.admit("a", start + 60s) == 2);
  CHECK(lines.admit("a", start + 60s) == 0);
  CHECK(lines.admit("a", start + 60s) == 0);
  CHECK_FALSE(lines.admit("a", start + 61s));
}

TEST_CASE("new keys without end fill neither the log nor the memory") {
  log_limit lines{{.interval = 60s, .keys = 10}};
  std::uint64_t written = 0;
  for (int i = 0; i < 1000; ++i)
    written += lines.admit("name-" + std::to_string(i), start + 1ms * i) ? 1 : 0;
  CHECK(written == 11);
  CHECK(lines.keys() == 11);
  CHECK(lines.admit("somebody", start + 61s) == 0);
}

TEST_CASE("a long key is cut") {
  log_limit lines;
  CHECK(lines.admit(std::string(4'000'000, 'x'), start));
  CHECK_FALSE(lines.admit(std::string(4'000'000, 'x') + "y", start));
}
