#include "bench/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <stdexcept>

namespace volumeviz::bench {

namespace {

/// Three significant digits, and never an exponent.
std::string number(double x) {
  const auto size = std::abs(x);
  if (size >= 1e15)
    return fmt::format("{}", x);
  return fmt::format("{:.{}f}", x,
                     size >= 100 || size == std::floor(size) ? 0
                     : size >= 10                            ? 1
                     : size >= 1                             ? 2
                                                             : 3);
}

} // namespace

spread spread_of(std::vector<double> values) {
  if (values.empty())
    return {};
  std::ranges::sort(values);
  const auto middle = values.size() / 2;
  const auto median =
      values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {.median = median, .min = values.front(), .max = values.back()};
}

std::vector<double> row::ratios() const {
  std::vector<double> result;
  for (std::size_t i = 0; i < floors.size(); ++i)
    result.push_back(values.at(i) / floors[i]);
  return result;
}

void report::add(const reading& x) {
  auto at = std::ranges::find(rows_, x.row, &row::name);
  if (at == rows_.end())
    at = rows_.insert(at, row{.name = x.row,
                              .unit = x.unit,
                              .more_is_better = x.more_is_better,
                              .values = {},
                              .floors = {}});
  if (!at->values.empty() && x.floor.has_value() == at->floors.empty())
    throw std::logic_error{"only some repetitions of " + x.row + " have a floor"};
  at->values.push_back(x.value);
  if (x.floor)
    at->floors.push_back(*x.floor);
}

std::string table(const report& of, std::size_t first) {
  const auto shown = std::span{of.rows()}.subspan(first);
  std::size_t width = 3;
  for (const auto& x : shown)
    width = std::max(width, x.name.size());
  auto result =
      fmt::format("{:<{}} {:>9} {:>9} {:>9} {:<6} {:>9} {:>7} {:>7} {:>7} {:>3}\n", "row", width,
                  "median", "min", "max", "unit", "floor", "ratio", "min", "max", "n");
  for (const auto& x : shown) {
    const auto value = spread_of(x.values);
    result += fmt::format("{:<{}} {:>9} {:>9} {:>9} {:<6}", x.name, width, number(value.median),
                          number(value.min), number(value.max), x.unit);
    if (x.floors.empty()) {
      result += fmt::format(" {:>9} {:>7} {:>7} {:>7} {:>3}\n", "", "", "", "", x.values.size());
      continue;
    }
    const auto ratio = spread_of(x.ratios());
    result +=
        fmt::format(" {:>9} {:>7.2f} {:>7.2f} {:>7.2f} {:>3}\n", number(spread_of(x.floors).median),
                    ratio.median, ratio.min, ratio.max, x.values.size());
  }
  return result;
}

std::string markdown(const report& of) {
  const auto range = [](const spread& x) {
    return fmt::format("{} ({} to {})", number(x.median), number(x.min), number(x.max));
  };
  std::string result = "| row | median (least to greatest) | floor | ratio |\n|---|---|---|---|\n";
  for (const auto& x : of.rows()) {
    const auto blank = x.unit.empty() ? "" : " ";
    result += fmt::format("| `{}` | {}{}{} |", x.name, range(spread_of(x.values)), blank, x.unit);
    if (x.floors.empty()) {
      result += " | |\n";
      continue;
    }
    const auto ratio = spread_of(x.ratios());
    result +=
        fmt::format(" {}{}{} | {:.2f} ({:.2f} to {:.2f}) |\n", number(spread_of(x.floors).median),
                    blank, x.unit, ratio.median, ratio.min, ratio.max);
  }
  return result;
}

} // namespace volumeviz::bench
