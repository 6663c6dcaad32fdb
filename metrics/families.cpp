#include "metrics/families.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <algorithm>

namespace volumeviz::metrics {

namespace {

prometheus::Histogram::BucketBoundaries boundaries(buckets of) {
  switch (of) {
  case buckets::latency:
    return {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02,
            0.05,   0.1,    0.2,    0.5,   1,     2,     5,    10};
  case buckets::duration:
    return {0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30};
  case buckets::lifetime:
    return {1, 5, 10, 30, 60, 300, 900, 3600, 21600, 86400, 259200, 604800};
  case buckets::size:
    break;
  }
  return {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
}

} // namespace

counter::counter(prometheus::Registry& to, const char* name, const char* help, const labels& of)
    : series_(&prometheus::BuildCounter().Name(name).Help(help).Register(to).Add(of)) {
}

void counter::add(std::uint64_t count) {
  series_->Increment(static_cast<double>(count));
}

std::uint64_t counter::value() const {
  return static_cast<std::uint64_t>(series_->Value());
}

gauge::gauge(prometheus::Registry& to, const char* name, const char* help, const labels& of)
    : series_(&prometheus::BuildGauge().Name(name).Help(help).Register(to).Add(of)) {
}

void gauge::set_value(double value) {
  series_->Set(value);
}

histogram::histogram(prometheus::Registry& to, const char* name, const char* help, buckets of_which,
                     const labels& of)
    : series_(&prometheus::BuildHistogram().Name(name).Help(help).Register(to).Add(
        of, boundaries(of_which))) {
}

void histogram::observe(seconds duration) {
  observe_value(std::max(duration.count(), 0.0));
}

void histogram::observe_value(double value) {
  series_->Observe(value);
}

} // namespace volumeviz::metrics
