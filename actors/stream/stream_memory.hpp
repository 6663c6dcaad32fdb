#pragma once

#include "messages/docker_event.hpp"
#include "sync/event_memory.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

namespace volumeviz {

/// The events that the stream has shown lately. It outlives each reader, so that a replay after a
/// reconnect is recognised. Thread-safe.
class stream_memory {
public:
  /// False: the event was remembered already.
  bool remember(const docker_event& event) {
    std::lock_guard lock(mutex_);
    return events_.remember(event);
  }
  /// Returns f(events). No event is added meanwhile.
  template <class F>
  auto with_events(F f) const {
    std::lock_guard lock(mutex_);
    return f(events_);
  }
  /// Keeps the difference between the daemon's clock and ours, and returns that of the stream
  /// before.
  std::optional<timestamp> exchange_clock_offset(timestamp now) {
    std::lock_guard lock(mutex_);
    return std::exchange(clock_offset_, now);
  }

  std::atomic<timestamp> last_event{never};          ///< by the daemon's clock
  std::atomic<timestamp> last_event_received{never}; ///< by ours

private:
  mutable std::mutex mutex_;
  sync::event_memory events_;
  std::optional<timestamp> clock_offset_;
};

} // namespace volumeviz
