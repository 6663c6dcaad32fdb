#include "text/iso_time.hpp"

#include <doctest/doctest.h>
#include <rapidcheck.h>

using volumeviz::never;
using volumeviz::timestamp;
using namespace volumeviz::text;

TEST_CASE("times are text of one width that sorts as time does") {
  CHECK(iso_time(never).empty());
  CHECK(iso_time(1) == "1970-01-01T00:00:00.000000001Z");
  CHECK(iso_time(1'714'564'800'123'456'789) == "2024-05-01T12:00:00.123456789Z");
  CHECK(iso_time(1'709'164'800'000'000'000) == "2024-02-29T00:00:00.000000000Z");
  CHECK(iso_time(-1) == "1969-12-31T23:59:59.999999999Z");
  CHECK(iso_time(INT64_MAX) == "2262-04-11T23:47:16.854775807Z");
  CHECK(iso_time(1'714'564'800'123'999'999, 3) == "2024-05-01T12:00:00.123Z");
  CHECK(iso_time(-1, 0) == "1969-12-31T23:59:59Z");
}

TEST_CASE("Go's times are read to the nanosecond") {
  CHECK(parse_iso_time("1970-01-01T00:00:00Z") == 0);
  CHECK(parse_iso_time("2024-05-01T10:20:30.123456789Z") == 1714558830123456789);
  CHECK(parse_iso_time("2024-05-01T10:20:30.1Z") == 1714558830100000000);
  CHECK(parse_iso_time("2024-05-01T12:20:30.123456789+02:00") == 1714558830123456789);
  CHECK(parse_iso_time("2024-05-01T04:50:30-05:30") == 1714558830000000000);
  CHECK(parse_iso_time("1969-12-31T23:59:59.5Z") == -500000000);
  CHECK(parse_iso_time("0001-01-01T00:00:00Z") == never);
  for (const auto* wrong :
       {"", "2024", "2024-05-01", "2024-05-01 10:20:30Z", "2024-13-01T00:00:00Z",
        "2024-02-30T00:00:00Z", "2024-05-01T24:00:00Z", "2024-05-01T10:20:30", "x",
        "2024-05-01T10:20:30.Z", "2024-05-01T10:20:30Zx", "-024-05-01T10:20:30Z",
        "9999-01-01T00:00:00Z", "1500-01-01T00:00:00Z"}) {
    CAPTURE(wrong);
    CHECK_FALSE(parse_iso_time(wrong));
  }
}

TEST_CASE("any time of the years 1678 to 2261 is read back as it was written") {
  CHECK(rc::check([] {
    const auto at =
        *rc::gen::inRange<timestamp>(-9'214'560'000'000'000'000, 9'214'646'400'000'000'000);
    RC_ASSERT(at == never || parse_iso_time(iso_time(at)) == at);
  }));
}
