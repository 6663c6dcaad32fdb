#include "config/similar.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace volumeviz::config {

namespace {

constexpr std::size_t longest_word = 100; // the cost of distance() is the product of both lengths

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

} // namespace

std::optional<std::string_view> most_similar(std::string_view word,
                                             std::span<const std::string_view> candidates) {
  if (candidates.empty() || word.size() > longest_word)
    return std::nullopt;
  const auto nearest =
      std::ranges::min_element(candidates, {}, [word](auto each) { return distance(word, each); });
  if (distance(word, *nearest) > std::max(word.size(), nearest->size()) / 3)
    return std::nullopt;
  return *nearest;
}

} // namespace volumeviz::config
