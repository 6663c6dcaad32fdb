#include "text/human_time.hpp"

#include <doctest/doctest.h>

#include <limits>

using volumeviz::never;
using volumeviz::timestamp;
using namespace volumeviz::text;
using namespace std::chrono_literals;

TEST_CASE("a time is formatted in UTC, to the second") {
  CHECK(format_time(never) == "never");
  CHECK(format_time(timestamp{1'640'995'200'999'999'999}) == "2022-01-01 00:00:00 UTC");
  CHECK(format_time(timestamp{1'709'251'199'000'000'000}) == "2024-02-29 23:59:59 UTC");
  CHECK(format_time(timestamp{-1}) == "1969-12-31 23:59:59 UTC");
}

TEST_CASE("the earliest and the latest time are formatted, too") {
  CHECK(format_time(std::numeric_limits<timestamp>::max()) == "2262-04-11 23:47:16 UTC");
  CHECK(format_time(std::numeric_limits<timestamp>::min()) == "1677-09-21 00:12:43 UTC");
}

TEST_CASE("a duration is formatted in at most two units, rounded down") {
  CHECK(format_duration(-5s) == "0 ms");
  CHECK(format_duration(0s) == "0 ms");
  CHECK(format_duration(999'999us) == "999 ms");
  CHECK(format_duration(1s) == "1 s");
  CHECK(format_duration(59'999ms) == "59 s");
  CHECK(format_duration(60s) == "1 min");
  CHECK(format_duration(303s) == "5 min 3 s");
  CHECK(format_duration(1h) == "1 h");
  CHECK(format_duration(2h + 10min + 59s) == "2 h 10 min");
  CHECK(format_duration(24h) == "1 d");
  CHECK(format_duration(76h + 30min) == "3 d 4 h");
}

TEST_CASE("the ends of sentences leave out what is not known") {
  CHECK(since(never, 5) == "");
  CHECK(since(1'640'995'200'000'000'000, 1'640'995'503'000'000'000)
        == " since 2022-01-01 00:00:00 UTC (5 min 3 s)");
  CHECK(because("") == ".");
  CHECK(because("it is full") == ": it is full");
}
