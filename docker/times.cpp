#include "docker/times.hpp"

#include "text/iso_time.hpp"

namespace volumeviz::docker {

timestamp http_date(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  const auto comma = text.find(", ");
  if (comma == std::string_view::npos || text.size() != comma + 26 || !text.ends_with(" GMT"))
    return never;
  const auto month = months.find(text.substr(comma + 5, 3));
  if (month == std::string_view::npos || month % 3 != 0)
    return never;
  const auto part = [&](std::size_t at, std::size_t length) {
    return std::string{text.substr(comma + at, length)};
  };
  // The same moment in the form that is read above.
  const auto number = month / 3 + 1;
  return text::parse_iso_time(part(9, 4) + (number < 10 ? "-0" : "-") + std::to_string(number) + '-'
                              + part(2, 2) + 'T' + part(14, 8) + 'Z')
      .value_or(never);
}

std::string seconds_and_nanos(timestamp time) {
  if (time < 0)
    time = 0;
  auto nanos = std::to_string(time % nanos_per_second);
  return std::to_string(time / nanos_per_second) + '.' + std::string(9 - nanos.size(), '0') + nanos;
}

} // namespace volumeviz::docker
