#include "sync/work_plan.hpp"

#include "sync/backoff.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

namespace {

// As many proofs as can wait for a slow look; more only delay what the last of them says.
constexpr std::size_t barriers_max = 64;

// Whoever asks for these has just seen Docker answer, or waits for the outcome.
bool ends_pause(list_reason reason) {
  return reason == list_reason::start || reason == list_reason::reconnect
         || reason == list_reason::demand;
}

// What was lost may be an event that lags: one list at once, one when the API has caught up.
// Between two streams, too: on a busy host the daemon's 256 events are over in less time than the
// API lags.
bool lags(list_reason reason) {
  return reason == list_reason::overflow || reason == list_reason::lost_events
         || reason == list_reason::damaged || reason == list_reason::start
         || reason == list_reason::reconnect;
}

} // namespace

work_plan::work_plan(const work_limits& limits, std::uint64_t seed)
    : limits_(limits), random_(seeded(seed)) {
  limits_.batch_max = std::max<std::size_t>(limits_.batch_max, 1);
}

void work_plan::mark_dirty(const docker_event& event, const event_meaning& meaning,
                           time_point now) {
  ++incomplete_;
  event_tally tally{.meaning = &meaning, .count = 1, .oldest = event.time};
  if (meaning.whole_kind || event.id.empty()) {
    want_list(meaning.whole_kind ? list_reason::prune : list_reason::damaged, 0, now);
    add(list_->events, tally);
    list_->covered_by_event = true;
    return;
  }
  auto& x = mark(event.id, now);
  set_aside_.hurry(event.id, now);
  add(x.events, tally);
  x.gone |= meaning.gone;
  x.covered_by_event = true;
  if (meaning.lags)
    x.lags.add({.number = ++last_number_, .until = now + limits_.delayed_recheck});
}

void work_plan::recheck(const std::string& key, time_point now) {
  mark(key, now);
}

void work_plan::want_list(list_reason reason, std::uint64_t run_id, time_point now) {
  if (limits_.ignored_reasons.contains(reason))
    return;
  if (ends_pause(reason)) {
    paused_until_ = {};
    may_be_cured_ = true;
  }
  list_mark x;
  x.reasons = {reason};
  x.number = ++last_number_;
  x.run_id = run_id;
  x.due = reason == list_reason::lost_rows ? std::max(now, next_lost_rows_) : now;
  if (lags(reason))
    x.lags.add({.number = x.number, .until = now + limits_.delayed_recheck});
  put_back(std::move(x));
  // It may be another daemon now: its first list is no second.
  if (reason == list_reason::reconnect)
    list_->confirmed = false;
}

void work_plan::add_barrier(timestamp at) {
  // Our clock was set back: what was proven by the old one would stand for hours that are to come.
  if (at < last_barrier_) {
    barriers_.clear();
    verified_ = never;
  }
  last_barrier_ = at;
  if (barriers_.size() == barriers_max)
    barriers_.pop_back();
  barriers_.push_back({.number = last_number_, .at = at});
  complete_barriers();
}

std::optional<fetch> work_plan::begin(time_point now) {
  if (in_flight_ || now < held_until_ || now < paused_until_)
    return std::nullopt;
  if (!list_is_due(now) && marks_.more_due_for_list(limits_.list_above, now))
    want_list(list_reason::escalation, 0, now);
  if (now < next_stand_in_)
    marks_.postpone_list_only(now, next_stand_in_);
  else if (!list_is_due(now) && marks_.due_for_list_only(now))
    want_list(list_reason::failure, 0, now);
  if (list_is_due(now))
    return take_list(now);
  if (auto soonest = marks_.soonest(); soonest && *soonest <= now)
    return take_keys(now);
  if (const auto key = set_aside_.due(now))
    return take_retry(*key, now);
  return std::nullopt;
}

std::optional<time_point> work_plan::next_due() const {
  auto soonest = marks_.soonest();
  if (list_)
    soonest = soonest ? std::min(*soonest, list_->due) : list_->due;
  if (const auto retry = set_aside_.soonest())
    soonest = soonest ? std::min(*soonest, *retry) : *retry;
  if (in_flight_ || !soonest)
    return std::nullopt;
  return std::max({*soonest, held_until_, paused_until_});
}

bool work_plan::recreated(const std::string& key) const {
  if (!in_flight_)
    return false;
  auto i = in_flight_->marks.find(key);
  return i != in_flight_->marks.end() && i->second.gone;
}

bool work_plan::covered_by_event(const std::string& key) const {
  if (!in_flight_)
    return false;
  // An event that came while the list was made: the list may well have seen what it tells.
  if ((in_flight_->list && in_flight_->list->covered_by_event)
      || (list_ && list_->covered_by_event))
    return true;
  auto i = in_flight_->marks.find(key);
  if (i != in_flight_->marks.end() && i->second.covered_by_event)
    return true;
  const auto* waiting = marks_.find(key);
  return waiting != nullptr && waiting->covered_by_event;
}

bool work_plan::requested(const std::string& key) const {
  if (!in_flight_)
    return false;
  auto i = in_flight_->marks.find(key);
  if (i != in_flight_->marks.end() && i->second.requested != 0)
    return true;
  const auto* waiting = marks_.find(key);
  return waiting != nullptr && waiting->covered_by_event;
}

bool work_plan::list_outweighs(const std::string& key) const {
  if (!in_flight_ || in_flight_->list || !limits_.lists_outweigh || uncertain_.contains(key))
    return false;
  if (in_flight_->retry == key)
    return true;
  const auto i = in_flight_->marks.find(key);
  if (i == in_flight_->marks.end())
    return false;
  auto requested = i->second.requested;
  if (const auto* waiting = marks_.find(key))
    requested = std::max(requested, waiting->requested);
  return requested <= i->second.shown_by_list;
}

void work_plan::store_is_back() {
  held_until_ = {};
}

std::size_t work_plan::pending() const noexcept {
  auto n = marks_.size() + (list_ || (in_flight_ && in_flight_->list) ? 1 : 0);
  if (in_flight_)
    n += in_flight_->marks.size() - overlap_
         + (in_flight_->retry && !marks_.contains(*in_flight_->retry) ? 1 : 0);
  return n;
}

stale_mark& work_plan::mark(const std::string& key, time_point now) {
  if (!marks_.contains(key)) {
    if (marks_.size() >= limits_.keys_max)
      forget_keys(now);
    if (in_flight_ && in_flight_->marks.contains(key))
      ++overlap_;
  }
  const auto list_only = is_list_only(key);
  auto& x = marks_.mark(key, ++last_number_, list_only ? std::max(now, next_stand_in_) : now);
  x.requested = last_number_;
  if (list_only)
    marks_.leave_to_lists(key);
  return x;
}

bool work_plan::is_list_only(const std::string& key) const {
  return set_aside_.contains(key) || (limits_.list_only && limits_.list_only(key));
}

void work_plan::put_back(list_mark&& x) {
  if (!list_) {
    list_ = std::move(x);
    return;
  }
  add(list_->events, x.events);
  list_->reasons.merge(x.reasons);
  list_->number = std::min(list_->number, x.number);
  list_->run_id = std::max(list_->run_id, x.run_id);
  list_->due = std::min(list_->due, x.due);
  list_->lags.merge(x.lags);
  list_->confirmed |= x.confirmed;
  list_->covered_by_event |= x.covered_by_event;
}

void work_plan::forget_keys(time_point now) {
  want_list(list_reason::escalation, 0, now);
  // Which keys they were is lost, as if the mailbox had refused them.
  list_->reasons.insert(list_reason::overflow);
  for (const auto& [key, x] : marks_.take_all()) {
    add(list_->events, x.events);
    list_->number = std::min(list_->number, x.number);
    list_->lags.merge(x.lags);
    list_->covered_by_event |= x.covered_by_event;
  }
  overlap_ = 0;
}

fetch work_plan::take_list(time_point now) {
  auto& w = in_flight_.emplace();
  w.began = now;
  w.number = ++last_number_;
  w.list = std::exchange(list_, std::nullopt);
  w.marks = marks_.take_due_for_list(now);
  next_stand_in_ = now + limits_.stand_in_apart;
  if (w.list->reasons.contains(list_reason::lost_rows))
    next_lost_rows_ = now + limits_.lost_rows_apart;
  return {.list = true,
          .keys = {},
          .reasons = w.list->reasons,
          .run_id = w.list->run_id,
          .confirmed = w.list->confirmed};
}

fetch work_plan::take_retry(const std::string& key, time_point now) {
  auto& w = in_flight_.emplace();
  w.began = now;
  w.retry = key;
  fetch what;
  what.keys = {key};
  what.retry = true;
  return what;
}

fetch work_plan::take_keys(time_point now) {
  auto& w = in_flight_.emplace();
  w.began = now;
  w.marks = marks_.take_due(now, limits_.batch_max);
  fetch what;
  for (const auto& [key, x] : w.marks)
    what.keys.push_back(key);
  return what;
}

} // namespace volumeviz::sync
