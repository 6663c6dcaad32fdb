#include "text/iso_time.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace volumeviz::text {

namespace {

/// Reads fixed-width fields off the front of a text; one failure makes all that follows fail.
class cursor {
public:
  explicit cursor(std::string_view text) : rest_{text} {}

  int number(std::size_t digits) {
    int value = 0;
    if (!ok_ || rest_.size() < digits)
      return fail();
    auto [end, error] = std::from_chars(rest_.data(), rest_.data() + digits, value);
    if (error != std::errc{} || end != rest_.data() + digits || value < 0)
      return fail();
    rest_.remove_prefix(digits);
    return value;
  }

  bool take(char wanted) {
    if (!ok_ || rest_.empty() || rest_.front() != wanted)
      return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted) {
    if (!take(wanted))
      fail();
  }

  std::int64_t fraction() {
    std::int64_t value = 0;
    std::int64_t unit = nanos_per_second / 10;
    bool any = false;
    while (ok_ && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value += unit * (rest_.front() - '0');
      unit /= 10;
      any = true;
      rest_.remove_prefix(1);
    }
    return any ? value : fail();
  }

  bool done() const { return ok_ && rest_.empty(); }

private:
  int fail() {
    ok_ = false;
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

} // namespace

std::string iso_time(timestamp at, int digits) {
  if (at == never)
    return {};
  using namespace std::chrono;
  // In whole seconds: the day of the earliest timestamp does not fit into nanoseconds.
  const auto nanos = (at % nanos_per_second + nanos_per_second) % nanos_per_second;
  const sys_seconds time{seconds{at / nanos_per_second - (at % nanos_per_second < 0 ? 1 : 0)}};
  const auto day = floor<days>(time);
  const year_month_day date{day};
  const hh_mm_ss clock{time - day};
  std::array<char, 64> text{};
  const auto size = std::snprintf(
      text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%09d", int{date.year()},
      unsigned{date.month()}, unsigned{date.day()}, static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
      static_cast<int>(nanos));
  const auto left_out = digits > 0 ? 9 - digits : 10; // without digits, without the point
  return std::string{text.data(), static_cast<std::size_t>(size - left_out)} + 'Z';
}

std::optional<timestamp> parse_iso_time(std::string_view text) {
  cursor in{text};
  const std::chrono::year year{in.number(4)};
  in.expect('-');
  const std::chrono::month month{static_cast<unsigned>(in.number(2))};
  in.expect('-');
  const std::chrono::day day{static_cast<unsigned>(in.number(2))};
  in.expect('T');
  const int hour = in.number(2);
  in.expect(':');
  const int minute = in.number(2);
  in.expect(':');
  const int second = in.number(2);
  const std::int64_t nanos = in.take('.') ? in.fraction() : 0;
  std::int64_t offset = 0;
  if (!in.take('Z')) {
    const bool east = in.take('+');
    if (!east)
      in.expect('-');
    offset = in.number(2) * 3600;
    in.expect(':');
    offset += in.number(2) * 60;
    if (!east)
      offset = -offset;
  }
  const std::chrono::year_month_day date{year, month, day};
  if (!in.done() || !date.ok() || hour > 23 || minute > 59 || second > 60)
    return std::nullopt;
  if (year == std::chrono::year{1})
    return never;
  if (year < std::chrono::year{1678} || year > std::chrono::year{2261})
    return std::nullopt;
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return (days * 86400 + hour * 3600 + minute * 60 + second - offset) * nanos_per_second + nanos;
}

} // namespace volumeviz::text
