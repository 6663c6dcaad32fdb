#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/platform/slot.hpp"
#include "metrics/metrics.hpp"
#include "sync/audit_policy.hpp"
#include "sync/event_memory.hpp"
#include "sync/stream_audit.hpp"

#include <spdlog/logger.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
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
  /// Returns what `f` makes of the events that were read. No event is read meanwhile.
  template <class F>
  auto with_events(F f) const {
    std::lock_guard lock(mutex_);
    return f(events_);
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
  sync::audit_policy audits{};
  stream_runner run_stream = run_on_own_thread;
};

/// STREAM READER: owns the thread that reads one connection to /events, from its first byte to its
/// last. That thread reads, splits, parses and hands over; it waits for nothing but the daemon,
/// since a daemon with a slow reader loses events without a word and slows all its clients down.
///
/// The actor itself asks, as sync::stream_audit says, for the events that the daemon remembers, and
/// carries out what the audit decides: lists, the proof, or the end of this life. A new life begins
/// with lists.
class stream_reader {
public:
  using interface = stream_reader_actor;

  stream_reader(interface::pointer self, reader_parts parts);
  ~stream_reader();
  stream_reader(const stream_reader&) = delete;
  stream_reader& operator=(const stream_reader&) = delete;
  interface::behavior_type make_behavior();

private:
  void opened(const docker::daemon_identity& who);
  void ended(const failure& why);
  void audit();
  void audited(const audit_answer& answer);
  void carry_out(const sync::stream_decision& decision);
  void list(sync::relist_cause cause);
  void ask_for_lists(const resource_handler_actor& of, list_reason reason);
  sync::clock_reading clocks() const { return {self_->clock().now(), parts_.now()}; }

  interface::pointer self_;
  reader_parts parts_;
  sync::stream_audit audit_;
  std::jthread thread_;
};

} // namespace volumeviz
