#pragma once

#include "actors/inventory/fetch_cycle.hpp"
#include "actors/inventory/wake_timer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace volumeviz {

/// VOLUME HANDLER and CONTAINER HANDLER: the sequencer of one kind. Puts every hint into the plan
/// and begins the fetch that the plan says is due, one at a time. The decisions are in
/// sync::work_plan and sync::list_completion; fetch_cycle carries a fetch out.
class resource_handler {
public:
  using interface = resource_handler_actor;

  resource_handler(interface::pointer self, context_ptr context, handler_parts parts);
  // The parts refer to each other.
  resource_handler(const resource_handler&) = delete;
  resource_handler& operator=(const resource_handler&) = delete;
  interface::behavior_type make_behavior();

private:
  void mark_dirty(const docker_event& event);
  void events_were_dropped();
  void list(list_reason reason, std::uint64_t run_id);
  void recheck(const std::vector<std::string>& keys);
  void add_barrier(timestamp at);
  void store_is_back();
  void timer_fired(std::uint64_t number);
  caf::result<bool> finish_and_stop();

  /// Does what is due now, and sets the timer for what is due later.
  void advance();
  void set_timer(sync::time_point now);
  bool may_stop() const;

  interface::pointer self_;
  context_ptr context_;
  handler_parts parts_;
  sync::work_plan plan_;
  sync::list_completion completion_;
  handler_reports reports_;
  fetch_cycle cycle_;
  wake_timer timer_;
  std::optional<caf::typed_response_promise<bool>> stopping_;
};

} // namespace volumeviz
