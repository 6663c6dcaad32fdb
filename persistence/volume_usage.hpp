#pragma once

#include "persistence/inventory.hpp"
#include "persistence/url.hpp"

#include <string>

namespace volumeviz::persistence {

/// Expression for who used volume `t` last, as a JSON array: a running container that mounts it,
/// the one that was started last if there are several, and else what was recorded. Its time is
/// the placeholder :now in the first case.
std::string usage_of_volume(dialect kind, const std::string& now);

/// Reads what the expression gives; nothing of an empty text.
std::optional<volume_usage> usage_from(const std::string& text);

} // namespace volumeviz::persistence
