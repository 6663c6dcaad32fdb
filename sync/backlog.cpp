#include "sync/backlog.hpp"

#include "sync/backoff.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

backlog::backlog(const work_limits& x, std::uint64_t seed)
    : limits(x), random(seeded(seed)), lists(x) {
  limits.batch_max = std::max<std::size_t>(limits.batch_max, 1);
}

void backlog::mark_dirty(const docker_event& event, const event_meaning& meaning, time_point now) {
  const event_tally tally{.meaning = &meaning, .count = 1, .oldest = event.time};
  if (meaning.whole_kind || event.id.empty()) {
    const auto reason = meaning.whole_kind ? list_reason::prune : list_reason::damaged;
    lists.want(reason, 0, next_number(), now);
    lists.add_event(tally);
    return;
  }
  const auto gave_up = meaning.gone && set_aside.contains(event.id);
  if (gave_up)
    set_aside.forget(event.id);
  auto& x = mark(event.id, now);
  set_aside.hurry(event.id, now);
  if (gave_up)
    x.failures = std::max(x.failures, 1U);
  add(x.events, tally);
  x.gone |= meaning.gone;
  x.covered_by_event = true;
  x.told_at = std::max(x.told_at, event.time);
  if (meaning.lags)
    x.lags.add({.number = next_number(), .until = now + limits.delayed_recheck});
}

stale_mark& backlog::mark(const std::string& key, time_point now) {
  if (keys.size() >= limits.keys_max && !keys.contains(key))
    forget_keys(now);
  const auto list_only = is_list_only(key);
  const auto number = next_number();
  auto& x = keys.mark(key, number, list_only ? std::max(now, lists.next_stand_in()) : now);
  x.requested = number;
  if (list_only)
    keys.leave_to_lists(key);
  return x;
}

bool backlog::want_list(list_reason reason, std::uint64_t run_id, time_point now) {
  if (limits.ignored_reasons.contains(reason))
    return false;
  lists.want(reason, run_id, next_number(), now);
  return true;
}

void backlog::want_inspects(const std::vector<std::string>& wanted, time_point now) {
  for (const auto& key : wanted)
    if (!is_list_only(key))
      keys.want_inspect(key, next_number(), now);
}

void backlog::put_back(stale_keys::marks&& marks) {
  for (auto& [key, x] : marks)
    keys.put(key, std::move(x));
}

bool backlog::is_list_only(const std::string& key) const {
  return set_aside.contains(key) || (limits.list_only && limits.list_only(key));
}

std::optional<time_point> backlog::soonest() const {
  auto first = keys.soonest();
  const auto consider = [&first](time_point due) { first = first ? std::min(*first, due) : due; };
  if (const auto* list = lists.wanted())
    consider(list->due);
  if (const auto retry = set_aside.soonest())
    consider(*retry);
  return first;
}

std::uint64_t backlog::oldest() const {
  auto lowest = last_number + 1;
  for (const auto& [key, x] : keys.all())
    lowest = std::min(lowest, x.number);
  if (const auto* list = lists.wanted())
    lowest = std::min(lowest, list->number);
  return lowest;
}

milliseconds backlog::retry_wait(unsigned failures) {
  return doubled_wait(limits.retry_min, limits.retry_max, failures, random);
}

/// One list replaces all dirty keys. Which keys they were is lost, as if the mailbox had refused
/// their events.
void backlog::forget_keys(time_point now) {
  wanted_list x;
  x.reasons = {list_reason::escalation, list_reason::overflow};
  x.number = next_number();
  x.due = now;
  for (const auto& [key, mark] : keys.take_all()) {
    add(x.events, mark.events);
    x.number = std::min(x.number, mark.number);
    x.lags.merge(mark.lags);
    x.covered_by_event |= mark.covered_by_event;
  }
  lists.add(std::move(x));
}

} // namespace volumeviz::sync
