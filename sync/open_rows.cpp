#include "sync/open_rows.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace volumeviz::sync {

namespace {

constexpr auto no_number = std::numeric_limits<std::uint64_t>::max();

/// All keys that the list leaves open and that have a mark in it or a name in the store's answer.
std::set<std::string> all_open(const fetch_in_flight& list) {
  auto keys = list.open.keys;
  if (list.open.others)
    for (const auto& [key, x] : list.marks)
      if (!list.open.proven.contains(key))
        keys.insert(key);
  return keys;
}

/// The next list comes at this time, whatever waits.
time_point next_list(const backlog& waiting, time_point now) {
  const auto* next = waiting.lists.wanted();
  return next != nullptr ? next->due : now + waiting.limits.partial_again;
}

void leave_to_next_list(backlog& waiting, const std::string& key, stale_mark& mark,
                        completion& result, time_point now) {
  mark.by = completed_by::list;
  mark.failures = 0;
  mark.due = next_list(waiting, now);
  if (!mark.lags.empty() && mark.lags.until() > now)
    mark.due = std::min(mark.due, std::max(mark.lags.until(), waiting.lists.next_stand_in()));
  // The proof may take long, and the list was all that the events asked for.
  add(result.processed, std::exchange(mark.events, {}));
  waiting.left_open.insert(key);
  waiting.set_aside.try_soon(key, now);
}

} // namespace

void keep_open(backlog& waiting, fetch_in_flight& list, completion& result, time_point now) {
  waiting.left_open.clear();
  const auto since = list.list->number;
  for (const auto& key : all_open(list)) {
    const auto list_only = waiting.is_list_only(key);
    const auto taken = list.marks.find(key);
    const auto marked = taken != list.marks.end();
    if ((list_only && !list.open.left_out && !list.open.drivers_unknown)
        || (!marked && since == no_number))
      continue;
    stale_mark mark;
    if (marked) {
      mark = std::move(taken->second);
      list.marks.erase(taken);
    }
    mark.number = marked ? std::min(mark.number, since) : since;
    mark.touched = std::max(mark.touched, list.number);
    const auto* waits = waiting.keys.find(key);
    mark.due = waits != nullptr && waits->failures > 0 ? waits->due : now;
    if (list_only)
      leave_to_next_list(waiting, key, mark, result, now);
    else
      mark.by = completed_by::inspect;
    waiting.keys.put(key, std::move(mark));
  }
  if (!list.open.others || since == no_number)
    return;
  wanted_list again;
  again.reasons = {list_reason::failure};
  again.number = since;
  again.due = next_list(waiting, now);
  again.covered_by_event = list.list->covered_by_event;
  waiting.lists.add(std::move(again));
}

bool proves_existence(const failure& why) {
  return why.code == ec::docker_malformed || why.code == ec::docker_too_large;
}

} // namespace volumeviz::sync
