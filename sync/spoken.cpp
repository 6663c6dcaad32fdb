#include "sync/spoken.hpp"

#include <cstdio>

namespace volumeviz::sync {

namespace {

std::string two_units(std::int64_t big, const char* big_unit, std::int64_t small,
                      const char* small_unit) {
  auto text = std::to_string(big) + ' ' + big_unit;
  if (small > 0)
    text += ' ' + std::to_string(small) + ' ' + small_unit;
  return text;
}

} // namespace

std::string spoken(timestamp at) {
  using namespace std::chrono;
  if (at == never)
    return "never";
  auto seconds_since_1970 = floor<seconds>(sys_time<nanoseconds>{nanoseconds{at}});
  auto day = floor<days>(seconds_since_1970);
  const year_month_day date{day};
  const hh_mm_ss time{seconds_since_1970 - day};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d UTC",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()));
  return text;
}

std::string spoken(std::chrono::nanoseconds span) {
  using namespace std::chrono;
  if (span < nanoseconds::zero())
    span = nanoseconds::zero();
  if (span < seconds{1})
    return std::to_string(floor<milliseconds>(span).count()) + " ms";
  auto s = std::int64_t{floor<seconds>(span).count()};
  if (s < 60)
    return std::to_string(s) + " s";
  if (s < 3'600)
    return two_units(s / 60, "min", s % 60, "s");
  if (s < 86'400)
    return two_units(s / 3'600, "h", s % 3'600 / 60, "min");
  return two_units(s / 86'400, "d", s % 86'400 / 3'600, "h");
}

std::string since(timestamp from, timestamp now) {
  if (from == never)
    return {};
  return " since " + spoken(from) + " (" + spoken(std::chrono::nanoseconds{now - from}) + ")";
}

std::string because(const std::string& reason) {
  return reason.empty() ? "." : ": " + reason;
}

} // namespace volumeviz::sync
