#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace volumeviz::sync {

/// Limits the log lines that unknown peers can cause. Of each key, `lines` lines in each interval
/// are written and the others counted. Holds a bounded number of keys; further keys share one.
class log_limit {
public:
  using time_point = std::chrono::steady_clock::time_point;
  struct limits {
    std::chrono::milliseconds interval{60'000};
    std::size_t keys = 1'000;
    /// Of one key in one interval.
    std::size_t lines = 1;
  };

  log_limit() = default;
  explicit log_limit(const limits& x) : limits_(x) {}

  /// Decides about one line of the key. No value: suppress it. Else write it; the value is how many
  /// lines were suppressed since the last one that was written. A key that is too long is cut.
  std::optional<std::uint64_t> admit(std::string key, time_point now);

  std::size_t keys() const noexcept { return known_.size(); }

private:
  struct interval {
    time_point began;
    std::uint64_t suppressed = 0;
    /// Lines that were written in this interval.
    std::size_t lines = 1;
  };

  void forget_expired(time_point now);

  limits limits_;
  std::map<std::string, interval> known_;
};

/// The end of a line for log_limit::admit()'s value: " (8 more of these since the last line)", or
/// empty for 0.
std::string more_lines(std::uint64_t suppressed);

} // namespace volumeviz::sync
