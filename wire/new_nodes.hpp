#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace volumeviz::wire {

/// Limits how many new node ids a member may use: a burst, then one in each interval. CAF keeps an
/// actor for each node that it has ever seen, and a process has one node for its whole life. Pure:
/// the caller has the clock.
class new_nodes {
public:
  using steady = std::chrono::steady_clock;
  struct rate {
    int burst = 16;
    std::chrono::milliseconds interval{5'000};
  };

  /// Whether `member` may use one more; counts it if so.
  bool admit(const std::string& member, const rate& most, steady::time_point now);
  /// How many members are remembered.
  std::size_t size() const noexcept { return full_at_.size(); }

private:
  void forget(steady::time_point now);

  /// When each member may use a whole burst again.
  std::map<std::string, steady::time_point> full_at_;
};

} // namespace volumeviz::wire
