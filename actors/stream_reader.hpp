#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/platform/slot.hpp"
#include "metrics/metrics.hpp"
#include "sync/event_memory.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace volumeviz {

/// What the stream has shown lately. Outlives the readers: a replay after a reconnect is
/// recognised. Thread-safe.
class stream_memory {
public:
  bool remember(const docker_event& event) {
    std::lock_guard lock(mutex_);
    return events_.remember(event);
  }
  std::vector<docker_event> missing(const std::vector<docker_event>& events) const {
    std::lock_guard lock(mutex_);
    return events_.missing(events);
  }
  /// How many events were ever read, and whether all since such a number are still known.
  std::uint64_t count() const {
    std::lock_guard lock(mutex_);
    return events_.count();
  }
  bool holds_since(std::uint64_t count) const {
    std::lock_guard lock(mutex_);
    return events_.holds_since(count);
  }
  /// How the daemon's clock compares with ours; returns what it was for the stream before.
  std::optional<timestamp> clock_offset(timestamp now);

  /// The daemon's time of the last event, and ours when it came.
  std::atomic<timestamp> last_event{never};
  std::atomic<timestamp> last_event_received{never};

private:
  mutable std::mutex mutex_;
  sync::event_memory events_;
  std::optional<timestamp> clock_offset_;
};

/// How the stream is watched.
struct audit_policy {
  std::chrono::milliseconds interval{5000};
  /// Events younger than this may still be on their way.
  std::chrono::milliseconds grace{2000};
  /// What happens to a container is told by an event up to so much later. Below the grace.
  std::chrono::milliseconds lag{1500};
  /// How the daemon's clock compares with ours is asked within five seconds, and may be wrong by
  /// half of that.
  std::chrono::milliseconds clock_unset{3000};
  /// After a failed audit.
  std::chrono::milliseconds retry{500};
  unsigned failures_max = 2;
  /// A daemon that takes longer hangs, as its other clients see it.
  std::chrono::milliseconds slow{1000};
  /// So many events does the daemon keep for a reader that is late; it drops what comes then.
  std::size_t backlog = 1024;
  /// So many events, of all types, does the daemon remember; Podman all.
  std::size_t ring = 256;
  /// What is stamped so much earlier than another event is before it in the ring and in a stream:
  /// five times what was measured.
  std::chrono::milliseconds disorder{500};
  /// Between two lists that stand in for what the daemon has forgotten.
  std::chrono::milliseconds relist{15'000};
};

/// Runs a stream from its first byte to its last, tells the sinks what it shows and `ended` why it
/// is over. A stream blocks, so that is a thread of its own: its owner stops the stream, then waits
/// for the thread. A deterministic test runs its streams step by step, without one.
using stream_runner =
    std::function<std::jthread(std::shared_ptr<docker::event_stream>, docker::stream_sinks,
                               std::function<void(failure&&)> ended)>;
std::jthread run_on_own_thread(std::shared_ptr<docker::event_stream> stream,
                               docker::stream_sinks sinks, std::function<void(failure&&)> ended);

/// What a stream reader needs.
struct reader_parts {
  std::shared_ptr<docker::event_stream>
      stream; ///< its own; shared only so that a shutdown can interrupt it
  std::shared_ptr<stream_memory> memory;
  std::shared_ptr<metrics::catalogue> numbers;
  stream_supervisor_actor supervisor;
  docker_inspector_actor auditor;
  resource_handler_actor volumes;
  resource_handler_actor containers;
  reconciler_actor reconciler;
  std::shared_ptr<spdlog::logger> log;
  wall_clock now = system_now;
  audit_policy audits{};
  stream_runner run_stream = run_on_own_thread;
};

/// STREAM READER: owns the thread that reads one connection to /events, from its first byte to its
/// last. That thread reads, splits, parses and hands over; it waits for nothing but the daemon,
/// since a daemon with a slow reader loses events without a word and slows all its clients down.
///
/// The stream has no heartbeat, and a hung daemon keeps it open. So every few seconds the reader
/// asks on another connection for the events that the daemon remembers: no answer means a hung
/// daemon, and an event that the stream has not shown means a lossy stream. Either ends this life,
/// and a new one begins with a list.
///
/// An answer proves something only if the stream still stands, so that it is the stream's daemon
/// which answered; and if it shows that the daemon has forgotten nothing since the answer before,
/// or if the stream has shown one of its very last events: a stream shows all in its order. Else
/// both kinds are listed.
///
/// A daemon that hung may have changed something without an event: a client that gives up in the
/// middle of `volume rm` leaves the volume gone, and nobody is told (volume/service/store.go: purge
/// heeds the request's end, the event comes after it). So after an audit that took long, or that
/// began late, both kinds are listed.
///
/// All that goes by the daemon's clock as it was when the stream was opened. When a clock was set,
/// a new stream is opened. The ages in the lists of a daemon whose clock was set are wrong by as
/// much: which containers have not moved since the last proof can't be told from them.
class stream_reader {
public:
  using interface = stream_reader_actor;

  stream_reader(interface::pointer self, reader_parts parts);
  ~stream_reader();
  stream_reader(const stream_reader&) = delete;
  stream_reader& operator=(const stream_reader&) = delete;
  interface::behavior_type make_behavior();

private:
  using steady = std::chrono::steady_clock;

  void opened(const docker::daemon_identity& who);
  void ended(const failure& why);
  void audit_in(std::chrono::milliseconds wait);
  void audit();
  timestamp audit_since() const;
  bool was_set(const audit_request& asked, const audit_answer& answer);
  bool our_clock_was_set();
  void audited(const audit_request& asked, const audit_answer& answer);
  void audit_failed(const failure& why);
  bool is_anothers() const;
  void list_anew();
  bool waits_for_events(timestamp settled) const;
  void note_hang();
  bool is_lossy(const audit_answer& answer, timestamp settled);
  bool is_proof(const audit_request& asked, const audit_answer& answer, timestamp settled);
  bool list_after_hang();
  bool list_instead();
  bool stands_for_proof(const audit_request& asked, const audit_answer& answer, bool listed);
  bool may_list() const;
  void list_both();
  std::chrono::milliseconds until_next(const audit_request& asked,
                                       const audit_answer& answer) const;
  timestamp daemon_now() const { return parts_.now() + clock_offset_; }

  interface::pointer self_;
  reader_parts parts_;
  timestamp clock_offset_ = 0; ///< the daemon's clock minus ours
  timestamp asked_at_ = never; ///< by our clock, and by one that nobody sets
  steady::time_point asked_at_steady_{};
  steady::time_point audit_due_{}; ///< the one that is under way, or the next
  bool forgets_ = true;            ///< the daemon keeps so many events and no more
  timestamp opened_at_ = never;    ///< by the daemon's clock
  timestamp covered_ = never;      ///< no event before is unknown to audits, stream and lists
  timestamp anchor_ = never;       ///< an event that the daemon remembered then
  std::set<docker_event> due_;     ///< audits know of them, the stream had not shown them
  std::uint64_t due_since_ = 0;    ///< events that the stream had shown then
  steady::time_point listed_at_{};
  unsigned audit_failures_ = 0;
  bool hung_ = false;        ///< since the last lists
  bool hung_before_ = false; ///< and there were lists for that already, since it last did not
  std::jthread thread_;
};

} // namespace volumeviz
