#pragma once

#include "messages/docker_event.hpp"
#include "messages/reports.hpp"
#include "sync/audit_policy.hpp"

#include <chrono>
#include <set>

namespace volumeviz::sync {

/// Keeps track of how far the daemon's memory of its events is known. dockerd remembers 256 events
/// of all types, and none after a restart: an answer that shows no loss proves nothing by that
/// alone, since an event that it has forgotten may be unread, too. An answer covers everything up
/// to a moment if
///
/// | the answer                                                   | it covers up to   | anchor   |
/// |--------------------------------------------------------------|-------------------|----------|
/// | is of Podman, which forgets nothing                          | the question      | as it was|
/// | has the anchor, or a stamp older than what is covered        | the question      | newest   |
/// | has an event that the stream has shown, after the horizon    | the horizon       | none     |
/// | is whole and shorter than the ring, the stream has shown one | the question      | newest   |
/// |   of its events, and there is no anchor: a young daemon      |                   |          |
/// | none of these, and both kinds are listed now                 | the question      | newest   |
/// | none of these                                                | as before         | as it was|
///
/// The first row that applies counts. The anchor is the newest stamp of an earlier answer: while
/// the daemon remembers that one, it has forgotten nothing since. "After the horizon" works because
/// a stream shows events in their order: all that the daemon has forgotten is before all that it
/// remembers. The horizon is the question less the grace. Stamps are out of order by up to
/// `disorder`, so "older" and "after" mean by as much.
///
/// Pure. All moments are by the daemon's clock.
class ring_coverage {
public:
  explicit ring_coverage(const audit_policy& policy) : policy_(policy) {}

  /// A stream has opened at `from`; lists cover what was before. `forgets`: not Podman, which keeps
  /// its events in a file or the journal.
  void begin(timestamp from, bool forgets);
  /// From when on the next question has to ask.
  timestamp since() const;
  /// Whether the answer covers all up to its horizon. `unshown` are the events that the stream has
  /// not shown; none of them is before the horizon.
  bool extend(const audit_request& asked, const audit_answer& answer,
              const std::set<docker_event>& unshown);
  /// Lists that are asked for now cover what the answer does not.
  void extend_by_lists(const audit_request& asked, const audit_answer& answer);
  /// How long after this answer to ask again: before the daemon has forgotten half of what it
  /// remembers now, from `retry` up to `interval`.
  std::chrono::milliseconds until_next(const audit_request& asked,
                                       const audit_answer& answer) const;

private:
  void cover(timestamp until, timestamp anchor);

  audit_policy policy_;
  bool forgets_ = true;
  timestamp covered_ = never; ///< no event before is unknown to audits, stream and lists
  timestamp anchor_ = never;  ///< `never`: none
};

} // namespace volumeviz::sync
