#include "sync/next_fetch.hpp"

namespace volumeviz::sync {

namespace {

/// Wants a list where one is cheaper than inspects, or has to replace them.
void want_list_for_keys(backlog& waiting, time_point now) {
  auto& keys = waiting.keys;
  if (waiting.lists.due(now))
    return;
  // First: a key that is postponed spares no inspect now, so it must not count below.
  if (now < waiting.lists.next_stand_in())
    keys.postpone_list_only(now, waiting.lists.next_stand_in());
  if (keys.more_due_for_list(waiting.limits.list_above, now))
    waiting.want_list(list_reason::escalation, 0, now);
  else if (keys.due_for_list_only(now))
    waiting.want_list(list_reason::failure, 0, now);
}

/// The keys that wait on and of which events have told.
std::vector<told_change> told_of_waiting(const stale_keys& keys) {
  std::vector<told_change> told;
  for (const auto& [key, mark] : keys.all())
    if (mark.told_at != never)
      told.push_back({key, mark.told_at});
  return told;
}

} // namespace

std::optional<fetch_in_flight> take_next(backlog& waiting, time_point now) {
  want_list_for_keys(waiting, now);
  fetch_in_flight x;
  x.began = now;
  if (waiting.lists.due(now)) {
    x.number = waiting.next_number();
    x.list = waiting.lists.take(now);
    x.marks = waiting.keys.take_for_list(now);
    for (const auto& key : waiting.left_open)
      waiting.keys.take_key(key, true, x.marks);
    x.told = told_of_waiting(waiting.keys);
    return x;
  }
  if (const auto soonest = waiting.keys.soonest(); soonest && *soonest <= now) {
    x.marks = waiting.keys.take_due(now, waiting.limits.batch_max);
    return x;
  }
  x.retry = waiting.set_aside.due(now);
  if (!x.retry)
    return std::nullopt;
  waiting.keys.take_key(*x.retry, false, x.marks);
  return x;
}

} // namespace volumeviz::sync
