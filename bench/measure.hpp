#pragma once

#include "tests/stage/stage.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace volumeviz::bench {

using clock = std::chrono::steady_clock;
using integration::database_kind;
using integration::stage;

inline constexpr database_kind both_databases[]{database_kind::sqlite, database_kind::postgres};
const char* to_string(database_kind kind);

/// Milliseconds since `begin`.
double since(clock::time_point begin);

/// Values of one measurement, in milliseconds.
class samples {
public:
  void add(double milliseconds) { values_.push_back(milliseconds); }
  void add(const samples& others);
  std::size_t count() const noexcept { return values_.size(); }
  double quantile(
      double q) const; ///< the nearest rank; 0.5 is the median, 1 the greatest; 0 without values
private:
  std::vector<double> values_;
};

/// The program's n-th argument as a number.
int number_argument(int argc, char** argv, int n, int otherwise);

/// Calls `work(docker, i)` for every i below `count`, from `threads` threads with a connection
/// each. Throws what one of them threw, when all have ended.
void in_parallel(const support::dockerd& daemon, int threads, int count,
                 const std::function<void(support::docker_api&, int)>& work);

/// Runs a benchmark's body. Prints the reason and fails when the body throws, or when it needs a
/// private dockerd and none can run.
int run_benchmark(const std::function<void()>& body, bool needs_docker = true);

} // namespace volumeviz::bench
