#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace volumeviz::sync {

/// Limits how often something may happen for each key: `burst` times at once, then once in an
/// interval. Holds a bounded number of keys; further keys share one.
class rate_limit {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct limits {
    std::size_t burst = 8;
    std::chrono::milliseconds interval{1'000};
    std::size_t keys = 10'000;
  };

  rate_limit() = default;
  explicit rate_limit(const limits& x) : limits_(x) {}

  /// True when it may happen now. Does not count.
  bool allows(const std::string& key, time_point now) const;
  /// It has happened: counts.
  void count(const std::string& key, time_point now);

  std::size_t keys() const noexcept { return used_until_.size(); }

private:
  limits limits_;
  /// The moment when everything that has happened is paid off, one an interval.
  std::map<std::string, time_point> used_until_;
};

} // namespace volumeviz::sync
