#pragma once

#include "text/timestamp.hpp"

#include <chrono>
#include <cstddef>

namespace volumeviz::sync {

/// Bounds and waits of the audit of the event stream; see stream_audit.hpp for the rules.
struct audit_policy {
  /// The wait from the opening of the stream to the first question, and the longest between two.
  std::chrono::milliseconds interval{5000};
  /// An event that is younger than this when the question is asked may still be on its way.
  std::chrono::milliseconds grace{2000};
  /// The event of a change of a container may come this much after the change. Less than `grace`.
  std::chrono::milliseconds lag{1500};
  /// A clock was set if the difference between the daemon's clock and ours changes by more than
  /// this. The difference is measured within five seconds, and may be wrong by half of that.
  std::chrono::milliseconds clock_unset{3000};
  /// The wait after a failed audit.
  std::chrono::milliseconds retry{500};
  /// This many failed audits in a row end the stream.
  unsigned failures_max = 2;
  /// A daemon that takes longer to answer hangs, for its other clients too.
  std::chrono::milliseconds slow{1000};
  /// The daemon keeps this many events for a reader that is late, and drops further ones.
  std::size_t backlog = 1024;
  /// The daemon remembers this many events, of all types. Podman remembers all.
  std::size_t ring = 256;
  /// An event whose time is this much before that of another event is also before it in the ring
  /// and in the stream. Five times what was measured.
  std::chrono::milliseconds disorder{500};
  /// The least between two lists that replace events which the daemon has forgotten.
  std::chrono::milliseconds relist{15'000};
};

/// A span in the unit of a timestamp.
inline timestamp ns(std::chrono::nanoseconds span) {
  return span.count();
}

} // namespace volumeviz::sync
