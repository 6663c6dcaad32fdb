#include "config/duration.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

#include <string>

using namespace std::chrono_literals;
using volumeviz::config::format_duration;
using volumeviz::config::longest_duration;
using volumeviz::config::parse_duration;

TEST_CASE("durations are whole numbers with units") {
  CHECK(parse_duration("500ms") == 500ms);
  CHECK(parse_duration("1s") == 1s);
  CHECK(parse_duration("5m") == 5min);
  CHECK(parse_duration("1h30m") == 90min);
  CHECK(parse_duration("1h2m3s4ms") == 1h + 2min + 3s + 4ms);
  CHECK(parse_duration("30d") == 720h);
  CHECK(parse_duration("1d12h") == 36h);
  CHECK(parse_duration("90s") == 90s);
  CHECK(parse_duration("0") == 0ms);
  CHECK(parse_duration("0s") == 0ms);
  CHECK(parse_duration("8760h") == longest_duration);
}

TEST_CASE("a text of another form is not a duration") {
  for (const auto* text : {"",     "1",     "00",       "s",           "1 s",
                           " 1s",  "1s ",   "-1s",      "+1s",         "1.5s",
                           "1S",   "1D",    "1h1d",     "366d",        "1s1m",
                           "1s1s", "1ms1s", "1h30",     "0x1s",        "1sm",
                           "ms",   "8761h", "8760h1ms", "4294967295h", "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text));
  }
  CHECK_FALSE(parse_duration(std::string_view{"1s\0", 3}));
}

TEST_CASE("every duration is read back from its own text") {
  CHECK(rc::check([] {
    const std::chrono::milliseconds duration{
        *rc::gen::inRange<std::int64_t>(0, longest_duration.count() + 1)};
    const auto text = format_duration(duration);
    RC_ASSERT(parse_duration(text) == duration);
  }));
}

TEST_CASE("any text is a duration within the bounds, or refused") {
  CHECK(rc::check([] {
    const auto text =
        *rc::gen::container<std::string>(rc::gen::elementOf(std::string{"0123456789hmsx .-"}));
    if (const auto duration = parse_duration(text)) {
      RC_ASSERT(*duration >= 0ms);
      RC_ASSERT(*duration <= longest_duration);
      RC_ASSERT(parse_duration(format_duration(*duration)) == *duration);
    }
  }));
}
