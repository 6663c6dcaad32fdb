#pragma once

#include <optional>
#include <string>
#include <vector>

namespace volumeviz::bench {

/// Median, least and greatest of the repetitions of one number.
struct spread {
  double median = 0, min = 0, max = 0;
  double width() const noexcept { return max - min; }
};

/// Zeros for no values. The median of an even number is the mean of the two in the middle.
spread spread_of(std::vector<double> values);

/// One measured number, with a value for each repetition.
struct row {
  std::string name; ///< stable, so that reports of two versions can be compared
  std::string unit;
  bool more_is_better = false; ///< a rate, for example
  std::vector<double> values;
  /// Beside each value, what the floor took in the same repetition; empty for a row without one.
  std::vector<double> floors{};

  /// Each value divided by its floor; empty without a floor.
  std::vector<double> ratios() const;
};

/// One repetition of a row.
struct reading {
  std::string row, unit;
  double value = 0;
  std::optional<double> floor{};
  bool more_is_better = false;
};

/// All rows of a run, in the order in which they were first measured.
class report {
public:
  /// `quick`: measured with small sizes, and so not comparable with others.
  explicit report(bool quick = false) : quick_{quick} {}
  bool quick() const noexcept { return quick_; }

  void add(const reading& x);
  void add(row x) { rows_.push_back(std::move(x)); }
  const std::vector<row>& rows() const noexcept { return rows_; }

private:
  bool quick_;
  std::vector<row> rows_;
};

/// A table of the rows from `first` on, a line each; with a line of titles.
std::string table(const report& of, std::size_t first = 0);

/// All rows as a Markdown table, for docs/performance.md.
std::string markdown(const report& of);

} // namespace volumeviz::bench
