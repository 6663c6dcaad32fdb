#pragma once

#include "bench/measure.hpp"
#include "bench/report/report.hpp"

#include <string>

namespace volumeviz::bench {

/// What the user asked for.
struct options {
  bool list = false;
  bool markdown = false;
  bool quick = false; ///< small sizes, to see that everything works
  int repeat = 5;
  std::string only;    ///< an expression that the names of measurements must contain; empty: all
  std::string json;    ///< the file to write; empty: none
  std::string compare; ///< an earlier file to compare with; empty: none
  std::string from;    ///< a file with rows to use in place of measuring; empty: none
};

/// How a measurement runs, and where its rows go.
class task {
public:
  task(const options& by, report& into) : by_{by}, into_{into} {}

  int repetitions() const noexcept { return by_.repeat; }
  bool quick() const noexcept { return by_.quick; }
  /// A size, or its small stand-in.
  template <class T>
  T sized(T full, T small) const {
    return by_.quick ? small : full;
  }
  void add(const reading& x) { into_.add(x); }

private:
  const options& by_;
  report& into_;
};

} // namespace volumeviz::bench
