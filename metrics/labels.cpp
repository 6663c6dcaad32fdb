#include "metrics/labels.hpp"

#include <algorithm>

namespace volumeviz::metrics {

std::size_t failure_index(ec code) noexcept {
  const auto* found = std::find(failure_types.begin(), failure_types.end(), code);
  return found == failure_types.end() ? failure_types.size() - 1
                                      : static_cast<std::size_t>(found - failure_types.begin());
}

} // namespace volumeviz::metrics
