// How a look ends: what it has settled, what has to be looked at again, and what it proves.

#include "sync/backoff.hpp"
#include "sync/work_plan.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace volumeviz::sync {

void work_plan::list_shows(const std::set<std::string>& keys, std::set<std::string> uncertain) {
  if (!in_flight_ || !in_flight_->list)
    return;
  auto not_denied = keys;
  not_denied.insert(uncertain.begin(), uncertain.end());
  in_flight_->marks.merge(marks_.take_denied(not_denied, in_flight_->number));
  marks_.set_shown(keys, in_flight_->number);
  for (auto& [key, x] : in_flight_->marks)
    if (keys.contains(key))
      x.shown_by_list = in_flight_->number;
  for (const auto& key : set_aside_.keys())
    if (!not_denied.contains(key))
      set_aside_.forget(key);
  uncertain_ = std::move(uncertain);
}

void work_plan::list_denies(const std::set<std::string>& keys, std::set<std::string> uncertain) {
  if (!in_flight_ || !in_flight_->list)
    return;
  in_flight_->marks.merge(marks_.take_of(keys, in_flight_->number));
  for (const auto& key : keys)
    set_aside_.forget(key);
  uncertain_ = std::move(uncertain);
}

completion work_plan::finish(const std::vector<failed_key>& failed,
                             const std::vector<std::string>& needs_inspect, time_point now) {
  if (!in_flight_)
    return {};
  auto done = end_work();
  write_failures_ = 0;
  completion result;
  complete_retry(done, failed, now);
  keep_failed(done, failed, result, now);
  complete_keys(done, result);
  if (done.list) {
    listed_ = true;
    complete_list(done, result, now);
    want_inspects(needs_inspect, now);
  }
  return completed(std::move(result));
}

completion work_plan::finish_partial(const std::set<std::string>& seen,
                                     const std::vector<std::string>& needs_inspect,
                                     time_point now) {
  if (!in_flight_ || !in_flight_->list)
    return finish({}, needs_inspect, now);
  auto done = end_work();
  write_failures_ = 0;
  for (auto i = done.marks.begin(); i != done.marks.end();) {
    if (seen.contains(i->first)) {
      ++i;
      continue;
    }
    auto unseen = done.marks.extract(i++);
    // What only a list can tell waits for the next one.
    unseen.mapped().needs_inspect = !unseen.mapped().list_only;
    if (unseen.mapped().list_only)
      unseen.mapped().due = now + limits_.partial_again;
    marks_.put(unseen.key(), std::move(unseen.mapped()));
  }
  completion result;
  complete_keys(done, result);
  complete_list(done, result, now);
  want_inspects(needs_inspect, now);
  // It keeps its number: nothing is proven before a complete one.
  done.list->events.clear();
  done.list->reasons = {list_reason::failure};
  done.list->due = now + limits_.partial_again;
  done.list->confirmed = false;
  put_back(std::move(*done.list));
  return completed(std::move(result));
}

void work_plan::list_left_out(bool some, time_point now) {
  if (!some || limits_.ignored_reasons.contains(list_reason::failure)) {
    left_out_lists_ = 0;
    return;
  }
  list_mark again;
  again.reasons = {list_reason::failure};
  again.number = std::numeric_limits<std::uint64_t>::max();
  again.due = now
              + doubled_wait(limits_.left_out_again, limits_.left_out_again_max, left_out_lists_++,
                             random_);
  put_back(std::move(again));
}

void work_plan::finish_held_back(time_point now) {
  if (!in_flight_ || !in_flight_->list) {
    finish_unwritten(now);
    return;
  }
  auto doubted = end_work();
  // Doubts about a list that was to be believed come from somebody who never believes: no reason to
  // hurry.
  if (doubted.list->confirmed)
    paused_until_ = now + pause(fetch_failures_++, limits_.outage_max);
  doubted.list->confirmed = !doubted.list->confirmed;
  doubted.list->reasons.insert(list_reason::doubt);
  marks_.put(std::move(doubted.marks));
  put_back(std::move(*doubted.list));
}

completion work_plan::finish_failed(time_point now) {
  if (!in_flight_)
    return {};
  auto lost = end_work();
  completion result;
  for (auto& [key, x] : lost.marks)
    add(result.failed, std::exchange(x.events, {}));
  if (lost.list) {
    add(result.failed, std::exchange(lost.list->events, {}));
    // The doubted list is long ago by the time of the next.
    lost.list->confirmed = false;
    put_back(std::move(*lost.list));
  } else {
    want_list(list_reason::failure, 0, now);
  }
  marks_.put(std::move(lost.marks));
  paused_until_ = now + pause(fetch_failures_++, limits_.outage_max);
  return completed(std::move(result));
}

void work_plan::finish_unwritten(time_point now) {
  if (!in_flight_)
    return;
  auto lost = end_work();
  marks_.put(std::move(lost.marks));
  if (lost.list) {
    lost.list->confirmed = false;
    put_back(std::move(*lost.list));
  }
  held_until_ = now + pause(write_failures_++, limits_.outage_max);
}

work_plan::work work_plan::end_work() {
  overlap_ = 0;
  return std::exchange(in_flight_, std::nullopt).value();
}

void work_plan::keep_failed(work& done, const std::vector<failed_key>& failed, completion& result,
                            time_point now) {
  auto state_unknown = false;
  // Several without an answer: it is the daemon that hangs, and not a resource.
  const auto silent = std::ranges::count_if(
      failed, [](const failed_key& x) { return x.asked && x.why.code == ec::docker_timeout; });
  for (const auto& x : failed) {
    auto i = done.marks.find(x.key);
    if (i == done.marks.end())
      continue;
    auto again = std::move(i->second);
    done.marks.erase(i);
    // A container that is being started holds its inspects up for a moment: no failure yet.
    const auto patient =
        !x.asked || (x.why.code == ec::docker_timeout && silent == 1 && again.failures == 0);
    // While the same look fails again and again without news, the list after the first has told the
    // state. Of what is uncertain, none can.
    const auto news = !again.events.empty() || x.denied;
    state_unknown |= !patient && (news || (again.failures == 0 && !uncertain_.contains(x.key)));
    if (!patient)
      add(result.failed, std::exchange(again.events, {}));
    keep_one(x, std::move(again), now);
  }
  if (state_unknown)
    want_list(list_reason::failure, 0, now);
}

/// What fails for the last time that counts is left to the lists, the next of which is due now.
void work_plan::keep_one(const failed_key& x, stale_mark&& mark, time_point now) {
  mark.due = now;
  if (x.asked) {
    mark.needs_inspect = true;
    mark.due += pause(mark.failures++, limits_.retry_max);
  }
  const auto* waiting = marks_.find(x.key);
  const auto failures =
      waiting == nullptr ? mark.failures : std::max(waiting->failures, mark.failures);
  if (failures < limits_.set_aside_after) {
    marks_.put(x.key, std::move(mark));
    return;
  }
  mark.due = std::max(now, next_stand_in_);
  marks_.put(x.key, std::move(mark));
  marks_.leave_to_lists(x.key);
  set_aside_.failed(x.key, pause(failures, limits_.retry_max), now);
}

void work_plan::complete_retry(const work& done, const std::vector<failed_key>& failed,
                               time_point now) {
  if (!done.retry || !set_aside_.contains(*done.retry))
    return;
  const auto& key = *done.retry;
  const auto x = std::ranges::find(failed, key, &failed_key::key);
  if (x == failed.end()) {
    set_aside_.forget(key);
    return;
  }
  const auto tries = limits_.set_aside_after + set_aside_.failures(key);
  set_aside_.failed(key, pause(tries, limits_.retry_max), now);
  if (x->denied)
    want_list(list_reason::failure, 0, now);
}

/// What is set aside has its own turns.
void work_plan::want_inspects(const std::vector<std::string>& keys, time_point now) {
  for (const auto& key : keys)
    if (!is_list_only(key))
      marks_.want_inspect(key, ++last_number_, now);
}

void work_plan::complete_keys(work& done, completion& result) {
  for (auto& [key, x] : done.marks) {
    add(result.processed, x.events);
    x.lags.complete(done.began);
    if (x.lags.empty())
      continue;
    // A second look. It keeps the number of the event: nothing is proven before.
    stale_mark again;
    again.number = x.lags.number();
    again.due = x.list_only ? std::max(x.lags.until(), next_stand_in_) : x.lags.until();
    again.lags = std::move(x.lags);
    again.covered_by_event = x.covered_by_event;
    again.requested = x.requested;
    again.shown_by_list = x.shown_by_list;
    again.list_only = x.list_only;
    marks_.put(key, std::move(again));
  }
}

void work_plan::complete_list(work& done, completion& result, time_point now) {
  // Whatever kept the daemon from answering may have been what kept it from answering for these.
  may_be_cured_ |= std::exchange(fetch_failures_, 0) > 0;
  if (std::exchange(may_be_cured_, false))
    set_aside_.hurry_all(now);
  add(result.processed, done.list->events);
  done.list->lags.complete(done.began);
  if (done.list->lags.empty())
    return;
  list_mark again;
  again.reasons = done.list->reasons;
  again.number = done.list->lags.number();
  again.due = done.list->lags.until();
  again.lags = done.list->lags;
  again.covered_by_event = done.list->covered_by_event;
  put_back(std::move(again));
}

completion work_plan::completed(completion&& result) {
  incomplete_ -= sum(result.processed) + sum(result.failed);
  complete_barriers();
  return std::move(result);
}

milliseconds work_plan::pause(unsigned failures, milliseconds max) {
  return doubled_wait(limits_.retry_min, max, failures, random_);
}

void work_plan::complete_barriers() {
  if (!listed_ || barriers_.empty())
    return;
  auto oldest = last_number_ + 1;
  auto consider = [&oldest](std::uint64_t number) { oldest = std::min(oldest, number); };
  for (const auto& [key, x] : marks_.all())
    consider(x.number);
  if (list_)
    consider(list_->number);
  if (in_flight_) {
    for (const auto& [key, x] : in_flight_->marks)
      consider(x.number);
    if (in_flight_->list)
      consider(in_flight_->list->number);
  }
  while (!barriers_.empty() && barriers_.front().number < oldest) {
    verified_ = std::max(verified_, barriers_.front().at);
    barriers_.pop_front();
  }
}

} // namespace volumeviz::sync
