#pragma once

#include "actors/stream/stream_supervisor.hpp"
#include "tests/actors/listener.hpp"
#include "tests/support/deterministic_system.hpp"
#include "tests/support/scripted_docker.hpp"

#include <memory>

namespace volumeviz::testing {

/// A stream supervisor with real readers of a scripted daemon's stream and a real auditor; all
/// others listen. Time is virtual, the reading threads are real: settle() waits for them.
class stream_rig : public support::deterministic_system {
public:
  explicit stream_rig(std::chrono::nanoseconds skew = {});
  /// The threads have read what there is and the actors have handled it.
  void settle();
  /// The same after a stream has ended, refused ones included: its reader is gone.
  void settle_end();
  /// Opens a stream.
  void start();
  void start_supervisor();
  /// Lets time pass in small steps until another stream is made; how long that took.
  std::chrono::milliseconds until_next_stream();
  const stream_report& last() const { return health->streams.back(); }
  bool connected() const { return !health->streams.empty() && last().connected; }

  support::scripted_docker docker;
  std::shared_ptr<stream_memory> memory = std::make_shared<stream_memory>();
  std::shared_ptr<metrics::catalogue> numbers = std::make_shared<metrics::catalogue>();
  std::shared_ptr<heard> volumes = std::make_shared<heard>();
  std::shared_ptr<heard> containers = std::make_shared<heard>();
  std::shared_ptr<heard> reconciler = std::make_shared<heard>();
  std::shared_ptr<heard> health = std::make_shared<heard>();
  std::shared_ptr<heard> metrics_heard = std::make_shared<heard>();
  kept_log log;
  slot_ptr reader_slot = make_slot("stream_reader");
  std::shared_ptr<actor_context> context = std::make_shared<actor_context>();
  stream_supervisor_parts parts;
  stream_supervisor_actor supervisor;
};

} // namespace volumeviz::testing
