#pragma once

#include "messages/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>

namespace volumeviz::sync {

/// The barriers of a plan and its low watermark. A barrier says that every event which the daemon
/// emitted before a time is already marked. When all marks older than the barrier are complete, the
/// rows show the daemon's state at that time, and the low watermark rises to it.
class barrier_queue {
public:
  /// Each waiting barrier is a fine step of the watermark, and no more: with this many, the newest
  /// replaces the one before it. An audit sends one every five seconds, so this is five minutes.
  static constexpr std::size_t waiting_max = 64;

  /// Adds a barrier for the time `at`, behind the mark of this number. A time before that of the
  /// barrier before means that our clock was set back. Then everything that was proven by the old
  /// clock is forgotten; it would stand for hours that are still to come.
  void add(std::uint64_t number, timestamp at);
  /// A complete list is committed. Before the first one nothing is proven.
  void list_completed() noexcept { listed_ = true; }
  /// True when complete() may raise the watermark.
  bool waiting() const noexcept { return listed_ && !barriers_.empty(); }
  /// All marks with numbers below `oldest` are complete.
  void complete(std::uint64_t oldest);

  /// The low watermark; `never` until a list is complete. Falls only when our clock was set back.
  timestamp verified() const noexcept { return verified_; }

private:
  struct barrier {
    std::uint64_t number;
    timestamp at;
  };

  std::deque<barrier> barriers_;
  timestamp last_ = never;
  timestamp verified_ = never;
  bool listed_ = false;
};

} // namespace volumeviz::sync
