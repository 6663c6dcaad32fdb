#include "metrics/families.hpp"

#include <algorithm>

namespace volumeviz::metrics {

const histogram::BucketBoundaries latency_buckets{
    0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
const histogram::BucketBoundaries lifetime_buckets{1,   5,    10,    30,    60,     300,
                                                   900, 3600, 21600, 86400, 259200, 604800};
const histogram::BucketBoundaries size_buckets{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};

prometheus::Family<counter>& counters(prometheus::Registry& to, const char* name,
                                      const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(to);
}

prometheus::Family<gauge>& gauges(prometheus::Registry& to, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(to);
}

prometheus::Family<histogram>& histograms(prometheus::Registry& to, const char* name,
                                          const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(to);
}

std::size_t failure_index(ec code) noexcept {
  const auto* found = std::find(failure_types.begin(), failure_types.end(), code);
  return found == failure_types.end() ? failure_types.size() - 1
                                      : static_cast<std::size_t>(found - failure_types.begin());
}

} // namespace volumeviz::metrics
