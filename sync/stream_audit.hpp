#pragma once

#include "messages/docker_event.hpp"
#include "messages/error.hpp"
#include "messages/reports.hpp"
#include "sync/audit_policy.hpp"
#include "sync/event_memory.hpp"
#include "sync/ring_coverage.hpp"
#include "sync/unshown_events.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace volumeviz::sync {

/// How a stream was opened.
struct stream_opening {
  timestamp daemon_time = never; ///< the daemon's clock when it answered
  timestamp local_time = never;  ///< ours, at the same moment
  bool forgets = true;           ///< Docker keeps a bounded number of events; Podman keeps all
  /// The daemon's clock minus ours, when the stream before this one was opened.
  std::optional<timestamp> offset_before{};
};

/// Both of our clocks at one moment. Nobody sets the first.
struct clock_reading {
  std::chrono::steady_clock::time_point steady;
  timestamp wall = never;
};

/// Why lists are wanted. `daemon_hung` and `daemon_forgot` want both kinds, for
/// list_reason::lost_events; `clock_set` wants containers only, for list_reason::lost_rows.
enum class relist_cause : std::uint8_t {
  none,
  daemon_hung,   ///< something may have changed without an event
  daemon_forgot, ///< events may be unread that the daemon no longer remembers
  clock_set,     ///< the ages in a list of containers are wrong
};

/// What to do now, from top to bottom.
struct stream_decision {
  std::optional<bool> passed{}; ///< how the audit counts; no value: it does not
  relist_cause relist = relist_cause::none;
  /// By our clock: every change until then is known once everything is handled that was read or
  /// asked for before, `relist` included.
  std::optional<timestamp> proven_until{};
  /// The stream has to end, and a new one to be opened. No value: ask again at next_question().
  std::optional<failure> end{};

  friend bool operator==(const stream_decision&, const stream_decision&) = default;
};

/// Judges whether the event stream is alive and shows everything. The stream has no heartbeat, and
/// a hung daemon keeps it open. So the node asks the daemon every few seconds, on another
/// connection, for the events that the daemon remembers.
///
/// When the stream opens:
///
/// | the daemon's clock minus ours                          | decision                          |
/// |--------------------------------------------------------|-----------------------------------|
/// | differs from the stream before (1) by more than 3 s    | list containers; ask in 5 s       |
/// | else                                                   | ask in 5 s                        |
///
/// (1) At the first stream of a process, from 0: either clock may have been set while no process
///     compared them, and the containers' ages are by the daemon's.
///
/// When it is time to ask:
///
/// | our wall clock, since the question before              | decision                          |
/// |--------------------------------------------------------|-----------------------------------|
/// | differs from the monotonic clock by more than 300 ms   | end                               |
/// | else                                                   | ask, from ring_coverage::since()  |
///
/// When the answer comes. The horizon is the moment of the question less 2 s: a younger event may
/// still be on its way. The first row that applies counts:
///
/// |    | the answer                                         | decision             | it passed |
/// |----|----------------------------------------------------|----------------------|-----------|
/// |  1 | failed or is missing, for the second time in a row | end                  | no        |
/// |  2 | failed or is missing                               | ask in 0.5 s         | no        |
/// |  3 | shows the daemon's clock more than 3 s off         | list containers, end | -         |
/// |  4 | came after the stream's connection had ended       | ask in 0.5 s         | -         |
/// |  5 | or an earlier one has an event from before the     | end                  | no        |
/// |    | horizon that the stream has not shown              |                      |           |
/// |  6 | has such an event up to 1.5 s after the horizon    | ask in 0.5 s         | yes       |
/// |  7 | shows that the daemon hung, and lists are allowed  | list both, proven    | yes       |
/// |  8 | covers all up to the horizon (ring_coverage)       | proven, but for 7    | yes       |
/// |  9 | comes 15 s or more after the last of these lists   | list both, proven    | yes       |
/// | 10 | else                                               | nothing is proven    | yes       |
///
/// "Proven" means up to the horizon. After rows 7 to 10 the next question comes after
/// ring_coverage::until_next(), 0.5 s to 5 s. The numbers are those of audit_policy.
///
/// 3. 4 s if it is behind: the Date of an answer has whole seconds. No answer would have the events
///    that the daemon stamps with a time to come. The ages in the container lists
///    of a daemon whose clock was set are wrong by as much: they can't tell which containers have
///    not moved since the last proof.
/// 4. Another daemon may have answered, one that was started after the stream's own had ended. The
///    reading thread will come to the end of the stream, too.
/// 5. Lists cover the events from before the opening. unshown_events keeps an event that the stream
///    has not shown, also when the daemon forgets it.
/// 6. This is no loss yet. But the change that the event tells of may be older than the horizon.
/// 7. The daemon hung if an answer or a failure comes 1 s or more after the question was due; not
///    after it was asked, since nobody watched the daemon while this program did not run. The hang
///    counts until both kinds are listed: a client that gave up in the middle of `volume rm` leaves
///    the volume gone without an event (volume/service/store.go: purge heeds the request's end, the
///    event comes after it). The first hang after a prompt answer is allowed lists at once; a
///    daemon that is slow all the time, 15 s after the last lists. Until then row 8 proves nothing.
/// 9. The daemon may have forgotten an event that is unread. Lists show what it was about, as often
///    as the daemon's other clients can bear.
///
/// Of one stream, one question at a time: opened(), then again and again ask() and one of
/// answered(), failed() and timed_out(). Pure.
class stream_audit {
public:
  using time_point = std::chrono::steady_clock::time_point;

  explicit stream_audit(const audit_policy& policy)
      : policy_(policy), coverage_(policy), unshown_(policy) {}

  stream_decision opened(const stream_opening& how, const clock_reading& now);
  /// The question, by the daemon's clock, or why the stream has to end.
  result<audit_request> ask(const clock_reading& now);
  /// `shown` has what the streams have shown until now. `stands`: after the answer had come, the
  /// stream's connection still stood.
  stream_decision answered(const audit_answer& answer, const event_memory& shown, bool stands,
                           time_point now);
  stream_decision failed(const failure& why, time_point now);
  /// There is no answer, not even a failure.
  stream_decision timed_out(time_point now);

  /// When to ask. Counts after each decision that does not end the stream.
  time_point next_question() const noexcept { return due_at_; }

private:
  void ask_in(std::chrono::milliseconds wait, time_point now) { due_at_ = now + wait; }
  void record_delay(time_point now);
  std::optional<failure> daemon_clock_was_set(const audit_answer& answer, time_point now) const;
  stream_decision judge(const audit_answer& answer, timestamp horizon, time_point now);
  bool may_list(time_point now) const;
  void list_both(time_point now);

  audit_policy policy_;
  ring_coverage coverage_;
  unshown_events unshown_;
  timestamp offset_ = 0; ///< the daemon's clock minus ours, when the stream was opened
  clock_reading read_;   ///< when the question was asked, or the stream opened
  audit_request asked_;
  time_point due_at_{};
  std::optional<time_point> listed_at_;
  unsigned failures_ = 0;   ///< in a row
  bool hung_ = false;       ///< since the last lists
  bool still_slow_ = false; ///< and there were lists for that already, since it last was not
};

} // namespace volumeviz::sync
