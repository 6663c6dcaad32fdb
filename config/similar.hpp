#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace volumeviz::config {

/// The candidate that `word` was most likely meant to be: the nearest by edit distance, when it is
/// near at all.
std::optional<std::string_view> most_similar(std::string_view word,
                                             std::span<const std::string_view> candidates);

} // namespace volumeviz::config
