#include "sync/list_schedule.hpp"

#include "runtime/invariant.hpp"
#include "sync/backoff.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace volumeviz::sync {

namespace {

/// True when the API may lag behind events that are lost: the kind is listed now, and again when
/// the API has caught up. This includes a new stream. On a busy host the 256 events that the daemon
/// remembers are replaced in less time than the API lags.
bool may_miss_lagging_events(list_reason reason) {
  return reason == list_reason::overflow || reason == list_reason::lost_events
         || reason == list_reason::damaged || reason == list_reason::start
         || reason == list_reason::reconnect;
}

} // namespace

void wanted_list::merge(const wanted_list& other) {
  sync::add(events, other.events);
  reasons.insert(other.reasons.begin(), other.reasons.end());
  number = std::min(number, other.number);
  run_id = std::max(run_id, other.run_id);
  due = std::min(due, other.due);
  lags.merge(other.lags);
  confirmed |= other.confirmed;
  covered_by_event |= other.covered_by_event;
}

void list_schedule::want(list_reason reason, std::uint64_t run_id, std::uint64_t number,
                         time_point now) {
  wanted_list x;
  x.reasons = {reason};
  x.number = number;
  x.run_id = run_id;
  x.due = reason == list_reason::lost_rows ? std::max(now, next_lost_rows_) : now;
  if (may_miss_lagging_events(reason))
    x.lags.add({.number = number, .until = now + limits_.delayed_recheck});
  add(std::move(x));
  // After a reconnect this may be a different daemon; its first list must not confirm the previous
  // daemon's.
  if (reason == list_reason::reconnect)
    wanted_->confirmed = false;
}

void list_schedule::add(wanted_list&& x) {
  if (wanted_)
    wanted_->merge(x);
  else
    wanted_ = std::move(x);
}

void list_schedule::add_event(const event_tally& x) {
  invariant(wanted_.has_value(), "an event of the whole kind wants a list");
  sync::add(wanted_->events, x);
  wanted_->covered_by_event = true;
}

void list_schedule::add_after_left_out(bool some, time_point now, std::minstd_rand& random) {
  if (!some || limits_.ignored_reasons.contains(list_reason::failure)) {
    left_out_lists_ = 0;
    return;
  }
  wanted_list again;
  again.reasons = {list_reason::failure};
  // Higher than any barrier's number, so that no barrier waits for this list.
  again.number = std::numeric_limits<std::uint64_t>::max();
  again.due =
      now
      + doubled_wait(limits_.left_out_again, limits_.left_out_again_max, left_out_lists_++, random);
  add(std::move(again));
}

wanted_list list_schedule::take(time_point now) {
  invariant(wanted_.has_value(), "only a wanted list is taken");
  next_stand_in_ = now + limits_.stand_in_apart;
  if (wanted_->reasons.contains(list_reason::lost_rows))
    next_lost_rows_ = now + limits_.lost_rows_apart;
  return *std::exchange(wanted_, std::nullopt);
}

} // namespace volumeviz::sync
