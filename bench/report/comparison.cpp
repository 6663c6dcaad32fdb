#include "bench/report/comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace volumeviz::bench {

namespace {

/// Some rows have no spread at all, for example a count of threads or of bytes.
constexpr double least_change = 0.02;

const row* find(const report& in, const std::string& name) {
  const auto at = std::ranges::find(in.rows(), name, &row::name);
  return at == in.rows().end() ? nullptr : &*at;
}

compared_row compare(const row& before, const row& now) {
  const bool ratios = !before.floors.empty() && !now.floors.empty();
  compared_row result{.name = now.name, .unit = ratios ? "x" : now.unit};
  result.before = spread_of(ratios ? before.ratios() : before.values);
  result.now = spread_of(ratios ? now.ratios() : now.values);
  result.tolerance = std::max(
      {result.before.width(), result.now.width(), std::abs(result.before.median) * least_change});
  const auto more = result.now.median - result.before.median;
  if (std::abs(more) > result.tolerance)
    result.judged = (more > 0) == now.more_is_better ? verdict::better : verdict::worse;
  return result;
}

const char* to_string(verdict x) {
  constexpr std::array words{"same", "better", "WORSE", "only before", "only now"};
  return words.at(static_cast<std::size_t>(x));
}

std::string describe(const compared_row& x) {
  const auto line = fmt::format("{:<12} {:<52}", to_string(x.judged), x.name);
  if (x.judged == verdict::only_before || x.judged == verdict::only_now)
    return line + '\n';
  return line
         + fmt::format(" {:.6g} -> {:.6g} {}, tolerance {:.3g}\n", x.before.median, x.now.median,
                       x.unit, x.tolerance);
}

} // namespace

std::vector<compared_row> compare(const report& before, const report& now) {
  if (before.quick() != now.quick())
    throw std::runtime_error{"one of the two was measured with --quick: their sizes differ"};
  std::vector<compared_row> result;
  for (const auto& x : now.rows()) {
    if (const auto* earlier = find(before, x.name))
      result.push_back(compare(*earlier, x));
    else
      result.push_back({.name = x.name, .judged = verdict::only_now, .unit = x.unit});
  }
  for (const auto& x : before.rows())
    if (find(now, x.name) == nullptr)
      result.push_back({.name = x.name, .judged = verdict::only_before, .unit = x.unit});
  return result;
}

bool any_worse(const std::vector<compared_row>& rows) {
  return std::ranges::any_of(rows, [](const auto& x) { return x.judged == verdict::worse; });
}

std::string describe(const std::vector<compared_row>& rows) {
  std::string result;
  for (const bool worse : {false, true})
    for (const auto& x : rows)
      if ((x.judged == verdict::worse) == worse)
        result += describe(x);
  return result;
}

} // namespace volumeviz::bench
