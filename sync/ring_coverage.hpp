#pragma once

#include "messages/docker_event.hpp"
#include "messages/reports.hpp"
#include "sync/audit_policy.hpp"

#include <chrono>
#include <set>

namespace volumeviz::sync {

/// Decides up to which moment an audit's answer covers all events. dockerd remembers 256 events of
/// all types, and none after a restart. So an answer without a loss is not enough: the stream may
/// also lack an event that the daemon has forgotten.
///
/// | the answer                                                   | it covers up to   | anchor   |
/// |--------------------------------------------------------------|-------------------|----------|
/// | is of Podman, which forgets nothing                          | the question      | as it was|
/// | has the anchor, or a time older than what is covered         | the question      | newest   |
/// | has an event that the stream has shown, after the horizon    | the horizon       | none     |
/// | is whole and shorter than the ring, the stream has shown one | the question      | newest   |
/// |   of its events, and there is no anchor: a young daemon      |                   |          |
/// | has no event at all, and the process gave it whose answer    | the question      | none     |
/// |   before covered its question: a silent daemon               |                   |          |
/// | none of these, and both kinds are listed now                 | the question      | newest   |
/// | none of these                                                | as before         | as it was|
///
/// The first row that applies counts. The anchor is the newest event time of an earlier answer:
/// while the daemon remembers that event, it has forgotten no later one. "After the horizon" works
/// since a stream shows events in order: all events that the daemon has forgotten are before all
/// that it remembers. The horizon is the question less the grace. Event times are out of order by
/// up to `disorder`, so "older" and "after" mean by more than that.
///
/// A silent daemon has logged nothing since it was started, and no other process can have been
/// there since the answer before: without this row a restart of Docker on a quiet machine would
/// mean two lists every 15 s until its first event. It could only be wrong if the daemon logged as
/// many events as the ring has between the question and its answer; after a second of that the
/// daemon counts as hung, and both kinds are listed.
///
/// Pure. All moments are by the daemon's clock.
class ring_coverage {
public:
  explicit ring_coverage(const audit_policy& policy) : policy_(policy) {}

  /// A stream has opened at `from`; lists cover what was before. `forgets` is false for Podman,
  /// which keeps its events in a file or the journal.
  void begin(timestamp from, bool forgets);
  /// The start of the time range of the next question.
  timestamp since() const;
  /// True when the answer covers all events up to its horizon. `unshown` are the events that the
  /// stream has not shown; none of them is before the horizon.
  bool extend(const audit_request& asked, const audit_answer& answer,
              const std::set<docker_event>& unshown);
  /// Both kinds are listed now. This covers what the answer does not.
  void extend_by_lists(const audit_request& asked, const audit_answer& answer);
  /// The wait from this answer to the next question, from `retry` to `interval`: the daemon must
  /// not forget more than half of its events meanwhile.
  std::chrono::milliseconds until_next(const audit_request& asked,
                                       const audit_answer& answer) const;

private:
  void cover(timestamp until, timestamp anchor);

  audit_policy policy_;
  bool forgets_ = true;
  /// Every event before this moment was shown by the stream, or is covered by lists.
  timestamp covered_ = never;
  /// `never`: there is no anchor.
  timestamp anchor_ = never;
  /// The answer before covered its question.
  bool knows_process_ = false;
};

} // namespace volumeviz::sync
