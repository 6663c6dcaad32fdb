#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace volumeviz::config {

/// The candidate that `word` was probably meant to be: the nearest one by edit distance. Nothing
/// when all are far.
std::optional<std::string_view> most_similar(std::string_view word,
                                             std::span<const std::string_view> candidates);

} // namespace volumeviz::config
