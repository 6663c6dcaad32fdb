#pragma once

#include "messages/docker_event.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace volumeviz::sync {

/// Notices that the stream is read so late that the daemon may have dropped events without a word:
/// it keeps `backlog` events for a reader that lags, waits 100 ms for room, and drops what comes
/// then. An audit can't be relied on for this: by the time of the next one, a busy daemon has
/// forgotten what it has dropped.
///
/// Of one stream. Replayed events, those from before the opening, say nothing. Pure; used by the
/// thread that reads.
class late_reader {
public:
  explicit late_reader(std::size_t backlog) : backlog_(backlog) {}

  /// The stream has opened; the two clocks at the same moment.
  void opened(timestamp daemon_time, timestamp local_time) {
    offset_ = daemon_time - local_time;
    since_ = daemon_time;
  }

  /// How old the event was by the daemon's clock when it was read at `now`, by ours. No value for
  /// one that was replayed.
  std::optional<std::chrono::nanoseconds> lag_of(const docker_event& event, timestamp now) const {
    if (event.time < since_)
      return {};
    return std::chrono::nanoseconds{now + offset_ - event.time};
  }

  /// An event was read with this lag. True once for each run of late events that is as long as the
  /// daemon's backlog: events may be lost, and both kinds have to be listed.
  bool may_have_lost(std::chrono::nanoseconds lag) {
    late_ = lag > late ? late_ + 1 : 0;
    return late_ == backlog_;
  }

private:
  // A little less than the daemon's 100 ms: when it drops an event, all that it keeps is as old.
  static constexpr std::chrono::milliseconds late{90};

  std::size_t backlog_;
  timestamp offset_ = 0; ///< the daemon's clock minus ours
  timestamp since_ = never;
  std::size_t late_ = 0; ///< events in a row
};

} // namespace volumeviz::sync
