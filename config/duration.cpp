#include "config/duration.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace volumeviz::config {

namespace {

struct unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr std::array units{unit{"d", 86'400'000}, unit{"h", 3'600'000}, unit{"m", 60'000},
                           unit{"s", 1000}, unit{"ms", 1}};

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::chrono::milliseconds longest) {
  if (text == "0")
    return std::chrono::milliseconds{0};
  if (text.empty())
    return std::nullopt;
  std::int64_t sum = 0;
  auto next = units.begin();
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    const auto name = text.substr(0, text.find_first_of("0123456789"));
    while (next != units.end() && next->name != name)
      ++next;
    if (next == units.end())
      return std::nullopt;
    sum += number * next->milliseconds; // at most 2^32 days each: five of them fit
    text.remove_prefix(name.size());
    ++next;
  }
  if (sum > longest.count())
    return std::nullopt;
  return std::chrono::milliseconds{sum};
}

std::string format_duration(std::chrono::milliseconds duration) {
  auto rest = static_cast<std::int64_t>(duration.count());
  if (rest == 0)
    return "0";
  std::string result;
  for (const auto& each : units) {
    if (const auto count = rest / each.milliseconds; count > 0)
      result.append(std::to_string(count)).append(each.name);
    rest %= each.milliseconds;
  }
  return result;
}

} // namespace volumeviz::config
