#include "sync/work_plan.hpp"

#include "sync/completed_fetch.hpp"
#include "sync/failed_inspects.hpp"
#include "sync/next_fetch.hpp"
#include "sync/open_rows.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

namespace {

/// True when Docker has just answered its sender, or a user waits for the outcome.
bool ends_pause(list_reason reason) {
  return reason == list_reason::start || reason == list_reason::reconnect
         || reason == list_reason::demand;
}

fetch_in_flight take(std::optional<fetch_in_flight>& x) {
  return std::exchange(x, std::nullopt).value();
}

/// Docker has answered a list. If it had failed before, or is a different daemon, then inspects
/// that kept failing may work now.
void docker_answered(backlog& waiting, outage_pause& pause, time_point now) {
  waiting.try_set_aside |= pause.docker_worked();
  if (std::exchange(waiting.try_set_aside, false))
    waiting.set_aside.hurry_all(now);
}

} // namespace

work_plan::work_plan(const work_limits& limits, std::uint64_t seed)
    : waiting_(limits, seed), pause_(limits) {
}

void work_plan::mark_dirty(const docker_event& event, const event_meaning& meaning,
                           time_point now) {
  events_.add_marked();
  waiting_.mark_dirty(event, meaning, now);
}

void work_plan::recheck(const std::string& key, time_point now) {
  waiting_.mark(key, now);
}

void work_plan::want_list(list_reason reason, std::uint64_t run_id, time_point now) {
  if (waiting_.want_list(reason, run_id, now) && ends_pause(reason)) {
    pause_.end_docker_pause();
    waiting_.try_set_aside = true;
  }
}

void work_plan::add_barrier(timestamp at) {
  barriers_.add(waiting_.last_number, at);
  raise_watermark();
}

void work_plan::store_is_back() {
  pause_.end_store_pause();
}

std::optional<fetch> work_plan::begin(time_point now) {
  if (in_flight_ || now < pause_.until())
    return std::nullopt;
  in_flight_ = take_next(waiting_, now);
  if (!in_flight_)
    return std::nullopt;
  return request_of(*in_flight_);
}

std::optional<time_point> work_plan::next_due() const {
  const auto soonest = waiting_.soonest();
  if (in_flight_ || !soonest)
    return std::nullopt;
  return std::max(*soonest, pause_.until());
}

void work_plan::list_shows(const std::set<std::string>& keys, std::set<std::string> uncertain) {
  if (in_flight_ && in_flight_->list)
    record_shown(waiting_, *in_flight_, keys, std::move(uncertain));
}

void work_plan::list_denies(const std::set<std::string>& keys, std::set<std::string> uncertain) {
  if (in_flight_ && in_flight_->list)
    record_gone(waiting_, *in_flight_, keys, std::move(uncertain));
}

void work_plan::list_leaves_open(open_rows open) {
  if (in_flight_ && in_flight_->list)
    in_flight_->open = std::move(open);
}

void work_plan::list_left_out(bool some, time_point now) {
  waiting_.lists.add_after_left_out(some, now, waiting_.random);
}

completion work_plan::finish(const std::vector<failed_key>& failed,
                             const std::vector<std::string>& needs_inspect, time_point now) {
  if (!in_flight_)
    return {};
  auto done = take(in_flight_);
  pause_.store_worked();
  completion result;
  complete_retry(waiting_, done, failed, now);
  keep_failed(waiting_, done, failed, result, now);
  if (done.list)
    keep_open(waiting_, done, result, now);
  complete_keys(waiting_, done, result);
  if (done.list) {
    barriers_.list_completed();
    docker_answered(waiting_, pause_, now);
    complete_list(waiting_, *done.list, done.began, result);
    waiting_.want_inspects(needs_inspect, now);
    keep_told(waiting_, done, needs_inspect);
  }
  events_.add_completed(result);
  raise_watermark();
  return result;
}

completion work_plan::finish_partial(const std::set<std::string>& seen,
                                     const std::vector<std::string>& needs_inspect,
                                     time_point now) {
  if (!in_flight_ || !in_flight_->list)
    return finish({}, needs_inspect, now);
  auto done = take(in_flight_);
  pause_.store_worked();
  keep_unseen(waiting_, done, seen, now);
  completion result;
  complete_keys(waiting_, done, result);
  docker_answered(waiting_, pause_, now);
  complete_list(waiting_, *done.list, done.began, result);
  waiting_.want_inspects(needs_inspect, now);
  keep_told(waiting_, done, needs_inspect);
  keep_partial_list(waiting_, std::move(*done.list), now);
  events_.add_completed(result);
  raise_watermark();
  return result;
}

void work_plan::finish_held_back(time_point now) {
  if (!in_flight_ || !in_flight_->list) {
    finish_unwritten(now);
    return;
  }
  auto held_back = take(in_flight_);
  auto& list = *held_back.list;
  // The store refused a list that was already confirmed; it will refuse the next one too, so back
  // off.
  if (list.confirmed)
    pause_.docker_failed(now, waiting_.random);
  list.confirmed = !list.confirmed;
  list.reasons.insert(list_reason::doubt);
  waiting_.put_back(std::move(held_back.marks));
  waiting_.lists.add(std::move(list));
}

completion work_plan::finish_failed(time_point now) {
  if (!in_flight_)
    return {};
  auto lost = take(in_flight_);
  completion result;
  for (auto& [key, x] : lost.marks)
    add(result.failed, std::exchange(x.events, {}));
  if (lost.list) {
    add(result.failed, std::exchange(lost.list->events, {}));
    // The next list comes too late to confirm the one before the outage.
    lost.list->confirmed = false;
    waiting_.lists.add(std::move(*lost.list));
  } else {
    waiting_.want_list(list_reason::failure, 0, now);
  }
  waiting_.put_back(std::move(lost.marks));
  pause_.docker_failed(now, waiting_.random);
  events_.add_completed(result);
  raise_watermark();
  return result;
}

void work_plan::finish_unwritten(time_point now) {
  if (!in_flight_)
    return;
  auto lost = take(in_flight_);
  waiting_.put_back(std::move(lost.marks));
  if (lost.list) {
    lost.list->confirmed = false;
    waiting_.lists.add(std::move(*lost.list));
  }
  pause_.store_failed(now, waiting_.random);
}

plan_status work_plan::status() const {
  const auto idle = !in_flight_ && waiting_.keys.size() == 0 && waiting_.lists.wanted() == nullptr;
  return {.incomplete_events = events_.incomplete(),
          .verified = barriers_.verified(),
          .busy = in_flight_.has_value(),
          .idle = idle};
}

void work_plan::raise_watermark() {
  if (!barriers_.waiting())
    return;
  auto oldest = waiting_.oldest();
  if (in_flight_) {
    for (const auto& [key, x] : in_flight_->marks)
      oldest = std::min(oldest, x.number);
    if (in_flight_->list)
      oldest = std::min(oldest, in_flight_->list->number);
  }
  barriers_.complete(oldest);
}

} // namespace volumeviz::sync
