#pragma once

#include "actors/actors.hpp"
#include "actors/clock.hpp"
#include "actors/inventory/left_out_log.hpp"
#include "actors/inventory/rejected_rows.hpp"
#include "actors/inventory/unverified.hpp"
#include "actors/platform/repeated.hpp"
#include "actors/platform/slot.hpp"
#include "sync/drift_watch.hpp"
#include "sync/kept_rows.hpp"
#include "sync/work_plan.hpp"

#include <spdlog/logger.h>

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace volumeviz {

/// What a resource handler needs.
struct handler_parts {
  resource_kind kind = resource_kind::volume;
  std::string host;
  slot_ptr slot; ///< its own: settled events are counted there, and the overflow is acknowledged
  docker_inspector_actor inspector;
  inventory_store_actor store;
  reconciler_actor reconciler;
  metrics_aggregator_actor metrics;
  health_reporter_actor health;
  resource_handler_actor
      other; ///< of the other kind: its rows hang together with ours; may be null
  std::shared_ptr<spdlog::logger> log;
  wall_clock now = system_now;
  sync::work_limits limits{};
  std::uint64_t seed = 0;
  bool restarted =
      false; ///< comes back from a crash: whatever its mailbox held is lost, so the kind is listed
};

/// VOLUME HANDLER and CONTAINER HANDLER: the sequencer of one kind. Decides nothing:
/// sync::work_plan says what to look at, this carries it out, one look and then one write at a
/// time, and tells everybody how it ended.
class resource_handler {
public:
  using interface = resource_handler_actor;

  resource_handler(interface::pointer self, handler_parts parts);
  interface::behavior_type make_behavior();

private:
  using steady = std::chrono::steady_clock;

  void note(const docker_event& event);
  void missed_events();
  void list(list_reason reason, std::uint64_t run_id);
  void recheck(const std::vector<std::string>& keys);
  void prove(timestamp at);
  void store_is_back();
  caf::result<bool> finish_and_stop();

  void advance();
  void arm(steady::time_point due);
  void on_timer(std::uint64_t number);
  void look();
  void report_slow_look();
  void seen(observation& what);
  void heed_lists(observation& what) const;
  void write(observation& what);
  void written(const observation& what, write_answer& answer);
  void committed(const observation& what, const write_summary& summary);

  sync::completion settle(const observation& what, const write_summary& summary);
  sync::completion settle_volumes(const observation& what, const write_summary& summary);
  bool only_drivers_can_tell() const;
  void docker_failed(const failure& why);
  void store_failed(const failure& why);
  void locked_out(const failure& why);
  void keep_unwritten();
  void list_all_again();
  void doubted(const write_summary& summary);

  std::vector<row_count> count_rows(const write_summary& summary);
  std::vector<std::string> needs_inspect(const observation& what,
                                         const write_summary& summary) const;
  void suspect_drift(const write_summary& summary);
  void report_drift();
  void hint_other(const write_summary& summary);
  void report_work(const sync::completion& done, ec failed_why, std::vector<row_count> rows,
                   const write_summary& summary);
  void report_rejected(const observation& what, const write_summary& summary);
  void report_list(bool ok, const failure& why, const observation& what,
                   const write_summary& summary);
  void report_left_out(const std::vector<left_out_entry>& entries);
  void report_trouble(const failure& why);
  void report_verified();
  void report_unverified();
  void log_changes(const change_batch& batch, const write_summary& summary);
  const char* kinds() const noexcept; ///< "volumes" or "containers"

  interface::pointer self_;
  handler_parts parts_;
  sync::work_plan plan_;
  sync::drift_watch drift_;
  sync::fetch look_; ///< under way
  steady::time_point look_began_{};
  bool looking_ = false; ///< and not writing yet
  bool slow_ = false;    ///< that takes long, and the health reporter knows
  steady::time_point armed_ = steady::time_point::max();
  std::uint64_t timer_ = 0; ///< of the tick that counts; earlier ones are stale
  bool listed_before_ = false;
  bool mounts_unknown_ = false; ///< a removal of volumes may have been committed unheard
  timestamp verified_ = never;
  sync::kept_rows kept_;           ///< volumes that the daemon's list lacks
  bool asked_for_drivers_ = false; ///< with the list under way
  unverified_resources unverified_;
  unverified_report told_unverified_;
  std::optional<caf::typed_response_promise<bool>> stopping_;
  bool in_trouble_ = false; ///< and the health reporter knows
  bool locked_out_ = false; ///< another node writes the rows
  rejected_rows rejected_;
  rejected_report told_rejected_; ///< to the health reporter
  left_out_log left_out_;
  std::string left_out_reason_; ///< as the health reporter has it
  repeated_failure docker_trouble_;
  repeated_failure store_trouble_;
};

} // namespace volumeviz
