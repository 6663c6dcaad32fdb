#pragma once

#include "actors/actor_context.hpp"
#include "actors/platform/slot.hpp"
#include "actors/stream/stream_memory.hpp"

#include <chrono>
#include <memory>
#include <vector>

namespace volumeviz {

struct aggregator_parts {
  std::vector<slot_ptr> slots; ///< of all actors, in the order of the tree
  std::shared_ptr<admission> queue;
  std::shared_ptr<stream_memory> memory;
  std::chrono::milliseconds stats_interval{60'000}; ///< 0: no statistics in the log
};

/// METRICS AGGREGATOR: turns the other actors' reports into metrics, and renders them. Two things
/// are counted where they happen, since they must not wait for a mailbox: what the reading thread
/// reads, and the messages that a full mailbox refuses.
class metrics_aggregator {
public:
  using interface = metrics_aggregator_actor;

  metrics_aggregator(interface::pointer self, context_ptr context, aggregator_parts parts);
  interface::behavior_type make_behavior();

private:
  void work_done(const work_report& report);
  void listed(const list_report& report);
  void stream_changed(const stream_report& report);
  void store_changed(const store_report& report);
  void drifted(const std::vector<row_change>& changes);
  void log_actors();
  caf::result<std::string> render();
  event_counters counters();
  std::vector<actor_report> actors() const;
  void collect_dropped();

  interface::pointer self_;
  context_ptr context_;
  aggregator_parts parts_;
  std::uint64_t dropped_ = 0; ///< counted in the metrics already
  std::uint64_t reconnects_ = 0;
};

} // namespace volumeviz
