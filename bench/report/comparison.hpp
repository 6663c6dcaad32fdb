#pragma once

#include "bench/report/report.hpp"

#include <string>
#include <vector>

namespace volumeviz::bench {

enum class verdict { same, better, worse, only_before, only_now };

/// A row of two reports. Ratios to the floor are compared when both have them, since they depend
/// less on the machine and its load; otherwise the values are.
struct compared_row {
  std::string name;
  verdict judged = verdict::same;
  std::string unit; ///< "x" for ratios
  spread before{}, now{};
  double tolerance = 0;
};

/// A row is worse, or better, when its median has moved by more than the tolerance: the greater
/// width of the two spreads, and at least a fiftieth of the earlier median. Throws
/// std::runtime_error when only one of the reports is a quick one.
std::vector<compared_row> compare(const report& before, const report& now);

bool any_worse(const std::vector<compared_row>& rows);

/// A line for each row, the worse ones last, where a reader sees them first.
std::string describe(const std::vector<compared_row>& rows);

} // namespace volumeviz::bench
