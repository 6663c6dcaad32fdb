#pragma once

#include <chrono>
#include <deque>

namespace volumeviz::sync {

/// Limits restarts to `most` within `window`. A child that needs more is not helped by restarts.
class restart_window {
public:
  using time_point = std::chrono::steady_clock::time_point;

  restart_window(std::size_t most, std::chrono::milliseconds window)
      : most_(most), window_(window) {}

  /// Counts a restart at `now`. False when it exceeds the limit; then the parent has to decide.
  bool admit(time_point now) {
    while (!restarts_.empty() && now - restarts_.front() > window_)
      restarts_.pop_front();
    restarts_.push_back(now);
    return restarts_.size() <= most_;
  }

private:
  std::size_t most_;
  std::chrono::milliseconds window_;
  std::deque<time_point> restarts_;
};

} // namespace volumeviz::sync
