#include "sync/completed_fetch.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

void record_shown(backlog& waiting, fetch_in_flight& list, const std::set<std::string>& keys,
                  std::set<std::string> uncertain) {
  const auto is_gone = [&](const std::string& key) {
    return !keys.contains(key) && !uncertain.contains(key);
  };
  list.marks.merge(waiting.keys.take_gone(list.number, is_gone));
  waiting.keys.set_shown(keys, list.number);
  for (auto& [key, x] : list.marks)
    if (keys.contains(key))
      x.shown_by_list = list.number;
  for (const auto& key : waiting.set_aside.keys())
    if (is_gone(key))
      waiting.set_aside.forget(key);
  waiting.uncertain = std::move(uncertain);
}

void record_gone(backlog& waiting, fetch_in_flight& list, const std::set<std::string>& keys,
                 std::set<std::string> uncertain) {
  list.marks.merge(waiting.keys.take_gone(
      list.number, [&keys](const std::string& key) { return keys.contains(key); }));
  for (const auto& key : keys)
    waiting.set_aside.forget(key);
  waiting.uncertain = std::move(uncertain);
}

void keep_unseen(backlog& waiting, fetch_in_flight& list, const std::set<std::string>& seen,
                 time_point now) {
  for (auto i = list.marks.begin(); i != list.marks.end();) {
    if (seen.contains(i->first)) {
      ++i;
      continue;
    }
    auto unseen = list.marks.extract(i++);
    auto& mark = unseen.mapped();
    if (mark.by == completed_by::list)
      mark.due = now + waiting.limits.partial_again;
    else
      mark.by = completed_by::inspect;
    waiting.keys.put(unseen.key(), std::move(mark));
  }
}

void complete_keys(backlog& waiting, fetch_in_flight& done, completion& result) {
  for (auto& [key, x] : done.marks) {
    add(result.processed, x.events);
    x.lags.complete(done.began);
    if (x.lags.empty())
      continue;
    stale_mark again;
    again.number = x.lags.number();
    again.due = x.lags.until();
    if (x.by == completed_by::list) {
      again.by = completed_by::list;
      again.due = std::max(again.due, waiting.lists.next_stand_in());
    }
    again.lags = std::move(x.lags);
    again.covered_by_event = x.covered_by_event;
    again.requested = x.requested;
    again.shown_by_list = x.shown_by_list;
    again.told_at = x.told_at;
    waiting.keys.put(key, std::move(again));
  }
}

void keep_told(backlog& waiting, const fetch_in_flight& done,
               const std::vector<std::string>& needs_inspect) {
  for (const auto& key : needs_inspect)
    if (const auto* mark = done.find(key))
      waiting.keys.tell(key, mark->told_at);
}

void complete_list(backlog& waiting, wanted_list& done, time_point began, completion& result) {
  add(result.processed, done.events);
  done.lags.complete(began);
  if (done.lags.empty())
    return;
  wanted_list again;
  again.reasons = done.reasons;
  again.number = done.lags.number();
  again.due = done.lags.until();
  again.lags = done.lags;
  again.covered_by_event = done.covered_by_event;
  waiting.lists.add(std::move(again));
}

void keep_partial_list(backlog& waiting, wanted_list&& done, time_point now) {
  done.events.clear();
  done.reasons = {list_reason::failure};
  done.due = now + waiting.limits.partial_again;
  done.confirmed = false;
  waiting.lists.add(std::move(done));
}

} // namespace volumeviz::sync
