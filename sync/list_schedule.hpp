#pragma once

#include "messages/reconcile.hpp"
#include "sync/event_tally.hpp"
#include "sync/lag_list.hpp"
#include "sync/steady_time.hpp"
#include "sync/work_limits.hpp"

#include <cstdint>
#include <optional>
#include <random>
#include <set>
#include <vector>

namespace volumeviz::sync {

/// A list that is wanted, or in flight. All numbers are in the order of the plan.
struct wanted_list {
  /// The events that this list completes: prunes, and events whose keys the plan has forgotten.
  std::vector<event_tally> events;
  std::set<list_reason> reasons;
  /// When the list was first wanted.
  std::uint64_t number = 0;
  /// The newest reconciliation run that this list answers; 0: none.
  std::uint64_t run_id = 0;
  time_point due;
  lag_list lags;
  /// The store has held back the list before, which would have removed most rows. This list
  /// confirms it.
  bool confirmed = false;
  /// An event covers the whole kind: a prune, or an event whose key the plan has forgotten.
  bool covered_by_event = false;

  /// From now on this one list serves both.
  void merge(const wanted_list& other);
};

/// When the kind is listed, and why. Several wanted lists become one, due when the first of them
/// is.
///
/// | wanted                                        | due                                          |
/// |-----------------------------------------------|----------------------------------------------|
/// | for lost rows                                 | now, but `lost_rows_apart` after such a list |
/// | for any other reason                          | now                                          |
/// | because the list before left entries out      | after `left_out_again`, doubled each time    |
/// | once more after lost events                   | `delayed_recheck` after the first            |
class list_schedule {
public:
  explicit list_schedule(const work_limits& limits) : limits_(limits) {}

  /// A list is wanted. `run_id` is the reconciliation run to notify when done; 0 for none.
  void want(list_reason reason, std::uint64_t run_id, std::uint64_t number, time_point now);
  /// The wanted list, which must exist, completes this event, which covers the whole kind.
  void add_event(const event_tally& x);
  /// Merges a list that was taken before, or was built elsewhere, with what is wanted now.
  void add(wanted_list&& x);
  /// The list in flight has left entries out, or has not. Wants another one if it has; barriers do
  /// not wait for it.
  void add_after_left_out(bool some, time_point now, std::minstd_rand& random);
  /// Takes the wanted list, which must exist.
  wanted_list take(time_point now);

  /// The list that is wanted, or null.
  const wanted_list* wanted() const noexcept { return wanted_ ? &*wanted_ : nullptr; }
  bool due(time_point now) const noexcept { return wanted_ && wanted_->due <= now; }
  /// No list begins before this moment only to replace inspects.
  time_point next_stand_in() const noexcept { return next_stand_in_; }

private:
  work_limits limits_;
  std::optional<wanted_list> wanted_;
  time_point next_stand_in_{};
  /// No list begins before this moment only for lost rows.
  time_point next_lost_rows_{};
  /// Lists in a row that have left entries out.
  unsigned left_out_lists_ = 0;
};

} // namespace volumeviz::sync
