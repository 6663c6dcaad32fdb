#include "text/human_time.hpp"

#include "text/iso_time.hpp"

namespace volumeviz::text {

namespace {

std::string two_units(std::int64_t big, const char* big_unit, std::int64_t small,
                      const char* small_unit) {
  auto text = std::to_string(big) + ' ' + big_unit;
  if (small > 0)
    text += ' ' + std::to_string(small) + ' ' + small_unit;
  return text;
}

} // namespace

std::string format_time(timestamp at) {
  if (at == never)
    return "never";
  const auto iso = iso_time(at, 0);
  return iso.substr(0, 10) + ' ' + iso.substr(11, 8) + " UTC";
}

std::string format_duration(std::chrono::nanoseconds span) {
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
  return " since " + format_time(from) + " ("
         + format_duration(std::chrono::nanoseconds{now - from}) + ")";
}

std::string because(const std::string& reason) {
  return reason.empty() ? "." : ": " + reason;
}

} // namespace volumeviz::text
