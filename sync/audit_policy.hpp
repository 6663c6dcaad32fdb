#pragma once

#include <chrono>
#include <cstddef>

namespace volumeviz::sync {

/// Bounds and waits of the audit of the event stream; see stream_audit.hpp for the rules.
struct audit_policy {
  /// The first question comes so long after the opening of the stream; later ones at most so far
  /// apart.
  std::chrono::milliseconds interval{5000};
  /// An event that is younger than this when the question is asked may still be on its way.
  std::chrono::milliseconds grace{2000};
  /// The event of what happens to a container comes up to so much later. Below the grace.
  std::chrono::milliseconds lag{1500};
  /// A clock was set if the difference between the daemon's clock and ours moves by more. That
  /// difference is asked for within five seconds, and may be wrong by half of that.
  std::chrono::milliseconds clock_unset{3000};
  /// The next question after a failed audit.
  std::chrono::milliseconds retry{500};
  /// So many failed audits in a row end the stream.
  unsigned failures_max = 2;
  /// A daemon that takes longer to answer hangs, as its other clients see it.
  std::chrono::milliseconds slow{1000};
  /// The daemon keeps so many events for a reader that is late, and drops those that come then.
  std::size_t backlog = 1024;
  /// The daemon remembers so many events, of all types; Podman remembers all.
  std::size_t ring = 256;
  /// An event that is stamped so much earlier than another one is before it in the ring and in a
  /// stream. Five times what was measured.
  std::chrono::milliseconds disorder{500};
  /// The least between two lists that stand in for what the daemon has forgotten.
  std::chrono::milliseconds relist{15'000};
};

} // namespace volumeviz::sync
