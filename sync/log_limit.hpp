#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace volumeviz::sync {

/// Keeps strangers from filling the log: the first lines of a key are written at once, and so many
/// in each interval; the others are counted. Holds a bounded number of keys; those beyond it share
/// one.
class log_limit {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct limits {
    std::chrono::milliseconds interval{60'000};
    std::size_t keys = 1'000;
    std::size_t lines = 1; ///< of a key in an interval
  };

  log_limit() = default;
  explicit log_limit(const limits& x) : limits_(x) {}

  /// How many lines of the key were suppressed since the one before, when this one is to be
  /// written; nothing when it is to be suppressed. A key that is too long is cut.
  std::optional<std::uint64_t> admit(std::string key, time_point now);

  std::size_t keys() const noexcept { return known_.size(); }

private:
  struct interval {
    time_point began; ///< its interval
    std::uint64_t suppressed = 0;
    std::size_t lines = 1; ///< of this interval
  };

  void forget_the_old(time_point now);

  limits limits_;
  std::map<std::string, interval> known_;
};

} // namespace volumeviz::sync
