#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/platform/slot.hpp"
#include "actors/stream_reader.hpp"
#include "sync/backoff.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace volumeviz {

/// What a stream supervisor needs.
struct stream_supervisor_parts {
  reader_parts reader; ///< for each reader; its stream and supervisor are filled in at its start
  slot_ptr reader_slot;
  std::shared_ptr<const docker::daemon> daemon;
  health_reporter_actor health;
  metrics_aggregator_actor metrics;
  std::chrono::milliseconds backoff_min{1000};
  std::chrono::milliseconds backoff_max{300'000};
  std::uint64_t seed = 0;
};

/// STREAM SUPERVISOR: keeps one STREAM READER alive. Every end of a stream, whatever its reason,
/// leads to the same place: wait, longer each time, then connect again. A stream that lived for a
/// while begins the waits anew. A daemon that was away and answers again ends a wait, and one that
/// answers all the time makes it a short one, so that rows are right seconds after an outage,
/// however long that was.
class stream_supervisor {
public:
  using interface = stream_supervisor_actor;

  stream_supervisor(interface::pointer self, stream_supervisor_parts parts);
  ~stream_supervisor();
  stream_supervisor(const stream_supervisor&) = delete;
  stream_supervisor& operator=(const stream_supervisor&) = delete;
  interface::behavior_type make_behavior();

private:
  using steady = std::chrono::steady_clock;

  void connect();
  void opened(const docker::daemon_identity& who);
  void ended(const failure& why);
  void wake();
  void reader_died(const caf::error& why);
  void wait_and_connect();
  void probe_later();
  void probe();
  void probed(std::optional<bool> answers);
  void connect_again_at(steady::time_point when);
  caf::result<bool> stop();
  void tell();

  interface::pointer self_;
  stream_supervisor_parts parts_;
  std::shared_ptr<spdlog::logger> log_;
  sync::backoff backoff_;
  stream_reader_actor reader_;
  caf::actor_addr reader_address_;
  stream_report report_;
  steady::time_point opened_at_{};
  steady::time_point ended_at_{};
  steady::time_point connect_at_{}; ///< while waiting
  std::uint64_t epoch_ = 0;         ///< of the wait that counts; earlier ones are stale
  std::uint64_t lives_ = 0;         ///< streams that were opened
  unsigned failures_ = 0;           ///< since the last stream that was opened
  bool waiting_ = false;
  bool probe_due_ = false; ///< a tick is on its way, or the answer to a probe
  bool away_ = false;      ///< a probe has had no answer since the last stream
  bool stopping_ = false;
  std::optional<caf::typed_response_promise<bool>> stopped_;
};

} // namespace volumeviz
