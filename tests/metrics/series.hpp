#pragma once

#include "metrics/metrics.hpp"

#include <string>

namespace volumeviz::metrics::testing {

/// The value of a series, by its whole name with labels; "" when it is not there.
inline std::string value_of(const catalogue& numbers, const std::string& series) {
  const auto text = "\n" + numbers.render();
  auto at = text.find("\n" + series + " ");
  if (at == std::string::npos)
    return {};
  at += series.size() + 2;
  return text.substr(at, text.find('\n', at) - at);
}

} // namespace volumeviz::metrics::testing
