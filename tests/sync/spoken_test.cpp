#include "sync/spoken.hpp"

#include <doctest/doctest.h>

#include <limits>

using volumeviz::never;
using volumeviz::timestamp;
using volumeviz::sync::spoken;
using namespace std::chrono_literals;

TEST_CASE("a moment is told in UTC, to the second") {
  CHECK(spoken(never) == "never");
  CHECK(spoken(timestamp{1'640'995'200'999'999'999}) == "2022-01-01 00:00:00 UTC");
  CHECK(spoken(timestamp{1'709'251'199'000'000'000}) == "2024-02-29 23:59:59 UTC");
  CHECK(spoken(timestamp{-1}) == "1969-12-31 23:59:59 UTC");
}

TEST_CASE("the furthest moments are told, too") {
  CHECK(spoken(std::numeric_limits<timestamp>::max()) == "2262-04-11 23:47:16 UTC");
  CHECK(spoken(std::numeric_limits<timestamp>::min()) == "1677-09-21 00:12:43 UTC");
}

TEST_CASE("a span is told in at most two units, rounded down") {
  CHECK(spoken(-5s) == "0 ms");
  CHECK(spoken(0s) == "0 ms");
  CHECK(spoken(999'999us) == "999 ms");
  CHECK(spoken(1s) == "1 s");
  CHECK(spoken(59'999ms) == "59 s");
  CHECK(spoken(60s) == "1 min");
  CHECK(spoken(303s) == "5 min 3 s");
  CHECK(spoken(1h) == "1 h");
  CHECK(spoken(2h + 10min + 59s) == "2 h 10 min");
  CHECK(spoken(24h) == "1 d");
  CHECK(spoken(76h + 30min) == "3 d 4 h");
}
