#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/platform/slot.hpp"
#include "actors/stream_reader.hpp"
#include "metrics/metrics.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <memory>
#include <vector>

namespace volumeviz {

/// What the metrics aggregator needs.
struct aggregator_parts {
  std::shared_ptr<metrics::catalogue> numbers;
  std::vector<slot_ptr> slots; ///< of all actors, in the order of the tree
  std::shared_ptr<admission> queue;
  std::shared_ptr<stream_memory> memory;
  std::chrono::milliseconds stats_interval{60'000}; ///< 0: never
  std::shared_ptr<spdlog::logger> log;
  fleet_roster_actor roster{}; ///< null unless this is a hub
  wall_clock now = system_now;
};

/// METRICS AGGREGATOR: the one place where numbers live. Others send it what has happened; what
/// must not wait for a mailbox (the reading thread, refused events) is counted where it happens, in
/// atomics that are read from here.
class metrics_aggregator {
public:
  using interface = metrics_aggregator_actor;

  metrics_aggregator(interface::pointer self, aggregator_parts parts);
  interface::behavior_type make_behavior();

private:
  void work_done(const work_report& report);
  void listed(const list_report& report);
  void stream_changed(const stream_report& report);
  void store_spoke(const store_report& report);
  void drifted(const std::vector<row_change>& changes);
  void died_with_events(resource_kind kind, std::uint64_t count);
  void log_actors();
  caf::result<std::string> render();
  event_counters counters();
  std::vector<actor_report> actors() const;
  void collect_dropped();

  interface::pointer self_;
  aggregator_parts parts_;
  std::uint64_t dropped_ = 0; ///< told to the catalogue already
  std::uint64_t reconnects_ = 0;
};

} // namespace volumeviz
