#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace volumeviz::wire {

/// How many new node ids a member may bring: so many at once, and then one in a while. CAF keeps an
/// actor for each node that it has ever heard of, and a process has one node for its whole life.
/// Pure: the caller has the clock.
class new_nodes {
public:
  using steady = std::chrono::steady_clock;
  struct rate {
    int burst = 16;
    std::chrono::milliseconds interval{5'000}; ///< of those that follow
  };

  /// Whether `who` may bring one more; counts it if so.
  bool admit(const std::string& who, const rate& most, steady::time_point now);
  /// How many are kept in mind.
  std::size_t size() const noexcept { return full_at_.size(); }

private:
  void forget(steady::time_point now);

  /// When each one's burst will be whole again.
  std::map<std::string, steady::time_point> full_at_;
};

} // namespace volumeviz::wire
