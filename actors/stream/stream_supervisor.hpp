#pragma once

#include "actors/actor_context.hpp"
#include "actors/platform/slot.hpp"
#include "actors/stream/stream_reader.hpp"
#include "sync/backoff.hpp"

#include <chrono>
#include <memory>
#include <optional>

namespace volumeviz {

struct stream_supervisor_parts {
  reader_parts reader; ///< of each reader; the supervisor fills in `stream` and `supervisor`
  slot_ptr reader_slot;
  std::shared_ptr<const docker::daemon> daemon;
  std::chrono::milliseconds backoff_min{1000};
  std::chrono::milliseconds backoff_max{300'000};
};

/// STREAM SUPERVISOR: keeps one STREAM READER running. After the end of a stream, whatever its
/// reason, the supervisor waits and then connects again. Each wait is longer than the one before;
/// a stream that lived for five seconds resets them.
///
/// During a wait it pings the daemon. A daemon that was away and answers again ends the wait. While
/// the daemon answers every ping, no wait is longer than eight seconds. So rows are right again
/// seconds after an outage, however long that was.
class stream_supervisor {
public:
  using interface = stream_supervisor_actor;

  stream_supervisor(interface::pointer self, context_ptr context, stream_supervisor_parts parts);
  ~stream_supervisor();
  stream_supervisor(const stream_supervisor&) = delete;
  stream_supervisor& operator=(const stream_supervisor&) = delete;
  interface::behavior_type make_behavior();

private:
  using steady = std::chrono::steady_clock;

  void connect();
  void opened(const daemon_identity& daemon);
  void ended(const failure& why);
  void wake();
  void reader_died(const caf::error& why);
  void wait_and_connect();
  void probe_later();
  void probe();
  void probed(std::optional<bool> answers);
  void connect_at(steady::time_point when);
  caf::result<bool> stop();
  void publish();

  interface::pointer self_;
  context_ptr context_;
  stream_supervisor_parts parts_;
  sync::backoff backoff_;
  stream_reader_actor reader_; ///< null while waiting
  stream_report report_;
  steady::time_point opened_at_{};
  steady::time_point ended_at_{};
  steady::time_point connect_at_{}; ///< of the current wait
  std::uint64_t wait_ = 0;          ///< number of the current timer; earlier ones are stale
  std::uint64_t streams_ = 0;       ///< that were opened
  unsigned failures_ = 0;           ///< since the last stream that was opened
  bool waiting_ = false;
  bool probing_ = false;     ///< a probe is due or in flight
  bool daemon_away_ = false; ///< a probe since the last stream was not answered
  bool stopping_ = false;
  std::optional<caf::typed_response_promise<bool>> stopped_;
};

} // namespace volumeviz
