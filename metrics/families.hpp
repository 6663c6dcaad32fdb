#pragma once

#include "messages/resources.hpp"
#include "metrics/labels.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

// How a metric is declared: one member of a group, with its name, its help text and its labels.
// Every series is made when its group is, so /metrics shows all of them from the first scrape on.
// A series is kept by pointer: finding it by its labels costs thirty times an increment.

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
class Registry;
struct MetricFamily;
} // namespace prometheus

namespace volumeviz::metrics {

using seconds = std::chrono::duration<double>;
using labels = std::map<std::string, std::string>;

class counter {
public:
  counter(prometheus::Registry& to, const char* name, const char* help, const labels& of = {});
  void add(std::uint64_t count = 1);
  std::uint64_t value() const;

private:
  prometheus::Counter* series_;
};

class gauge {
public:
  gauge(prometheus::Registry& to, const char* name, const char* help, const labels& of = {});
  /// A count, or true as 1 and false as 0.
  void set(std::integral auto x) { set_value(static_cast<double>(x)); }
  /// As Unix time in seconds.
  void set_time(timestamp at) { set_value(static_cast<double>(at) / 1e9); }

private:
  void set_value(double value);

  prometheus::Gauge* series_;
};

enum class buckets : std::uint8_t {
  latency,  ///< 100 microseconds to 10 seconds in steps of 1, 2, 5
  duration, ///< 1 millisecond to 30 seconds in coarse steps: for metrics with many label values
  lifetime, ///< 1 second to a week: how long streams live
  size,     ///< 1 to 1,000 in steps of 1, 2, 5
};

class histogram {
public:
  histogram(prometheus::Registry& to, const char* name, const char* help, buckets of_which,
            const labels& of = {});
  void observe(std::uint64_t size) { observe_value(static_cast<double>(size)); }
  /// A negative duration counts as 0: it is the difference of two machines' clocks.
  void observe(seconds duration);

private:
  void observe_value(double value);

  prometheus::Histogram* series_;
};

/// One metric with labels: a series for each combination of the labels' values.
template <class Metric, class... Keys>
class table {
public:
  /// `more` goes to each Metric, before its labels.
  template <class... More>
  table(prometheus::Registry& to, const char* name, const char* help,
        const std::array<const char*, sizeof...(Keys)>& label_names, const More&... more) {
    std::vector<labels> all{labels{}};
    std::size_t i = 0;
    (expand<Keys>(all, label_names[i++]), ...);
    for (const auto& x : all)
      series_.emplace_back(to, name, help, more..., x);
  }
  Metric& operator()(Keys... keys) {
    std::size_t at = 0;
    ((at = at * label_values<Keys>::size + label_values<Keys>::index(keys)), ...);
    return series_.at(at);
  }

private:
  template <class Key>
  static void expand(std::vector<labels>& all, const char* label_name) {
    std::vector<labels> more;
    for (const auto& x : all)
      for (std::size_t i = 0; i < label_values<Key>::size; ++i) {
        more.push_back(x);
        more.back()[label_name] = label_values<Key>::text(i);
      }
    all = std::move(more);
  }

  std::vector<Metric> series_;
};

} // namespace volumeviz::metrics
