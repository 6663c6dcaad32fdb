#pragma once

#include "actors/actor_context.hpp"
#include "actors/inventory/left_out_log.hpp"
#include "actors/inventory/rejected_rows.hpp"
#include "actors/inventory/unverified_resources.hpp"
#include "sync/list_completion.hpp"

#include <cstdint>
#include <string>

namespace volumeviz {

/// The single resources of a kind that have a problem: the database rejects their rows, they can't
/// be inspected, or the daemon's list shows them malformed. The log has each when it begins and
/// when it ends. The health reporter gets the current state whenever it differs from the last one
/// sent.
class problem_log {
public:
  problem_log(resource_handler_actor::pointer self, context_ptr context, resource_kind kind);

  /// Sends the current state of all: the health reporter may have that of a handler that died.
  void send_all();
  /// Docker has answered a fetch.
  void fetched(const observation& what, bool list);
  /// The store has committed a fetch.
  void committed(const observation& what, const write_summary& summary);
  void completed(const sync::fetch_outcome& outcome);
  void send_unverified(const std::vector<std::string>& set_aside, const sync::kept_rows& kept);

  /// How many entries lists have left out since the last call.
  std::uint64_t take_left_out() { return left_out_.take_count(); }
  /// The list before the newest left this resource out. No event announces that it is well-formed
  /// again.
  bool left_out_before(const std::string& key) const { return left_out_.left_out_before(key); }

private:
  resource_handler_actor::pointer self_;
  context_ptr context_;
  resource_kind kind_;
  rejected_rows rejected_;
  unverified_resources unverified_;
  left_out_log left_out_;
  // As the health reporter has them.
  rejected_report sent_rejected_;
  unverified_report sent_unverified_;
  std::string sent_left_out_;
};

} // namespace volumeviz
