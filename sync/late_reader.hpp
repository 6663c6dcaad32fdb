#pragma once

#include "messages/docker_event.hpp"

#include <chrono>
#include <cstddef>
#include <optional>

namespace volumeviz::sync {

/// Notices that the stream is read so late that the daemon may have dropped events. The daemon does
/// not report this: it keeps `backlog` events for a late reader, waits 100 ms for room, and drops
/// what comes then. An audit can't find it reliably, since a busy daemon has forgotten the dropped
/// events by the next audit.
///
/// For one stream. Replayed events, those from before its opening, do not count. Pure; used by the
/// thread that reads.
class late_reader {
public:
  explicit late_reader(std::size_t backlog) : backlog_(backlog) {}

  /// The stream has opened. Both clocks at the same moment.
  void opened(timestamp daemon_time, timestamp local_time) {
    offset_ = daemon_time - local_time;
    since_ = daemon_time;
  }

  /// The age of an event, by the daemon's clock, when it was read at `now` by our clock. No value
  /// for a replayed event.
  std::optional<std::chrono::nanoseconds> lag_of(const docker_event& event, timestamp now) const {
    if (event.time < since_)
      return {};
    return std::chrono::nanoseconds{now + offset_ - event.time};
  }

  /// An event was read with this lag. True once for each run of late events as long as the daemon's
  /// backlog: then events may be lost, and both kinds have to be listed.
  bool may_have_lost(std::chrono::nanoseconds lag) {
    late_ = lag > late ? late_ + 1 : 0;
    return late_ == backlog_;
  }

private:
  // A little less than the daemon's 100 ms: when it drops an event, all events that it keeps for
  // this reader are at least this old.
  static constexpr std::chrono::milliseconds late{90};

  std::size_t backlog_;
  /// The daemon's clock minus ours.
  timestamp offset_ = 0;
  timestamp since_ = never;
  /// Late events in a row.
  std::size_t late_ = 0;
};

} // namespace volumeviz::sync
