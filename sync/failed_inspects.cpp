#include "sync/failed_inspects.hpp"

#include "sync/open_rows.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

namespace {

/// Puts the mark back. The failure that reaches `set_aside_after` leaves the key to lists, the next
/// of which is due now.
void keep_mark(backlog& waiting, const failed_key& x, stale_mark&& mark, time_point now) {
  mark.due = now;
  if (x.asked) {
    mark.by = std::max(mark.by, completed_by::inspect);
    mark.due += waiting.retry_wait(mark.failures++);
  }
  const auto* newer = waiting.keys.find(x.key);
  const auto failures = newer == nullptr ? mark.failures : std::max(newer->failures, mark.failures);
  if (failures < waiting.limits.set_aside_after) {
    waiting.keys.put(x.key, std::move(mark));
    return;
  }
  mark.due = std::max(now, waiting.lists.next_stand_in());
  waiting.keys.put(x.key, std::move(mark));
  waiting.keys.leave_to_lists(x.key);
  waiting.set_aside.failed(x.key, waiting.retry_wait(failures), now);
}

} // namespace

void keep_failed(backlog& waiting, fetch_in_flight& done, const std::vector<failed_key>& failed,
                 completion& result, time_point now) {
  auto state_unknown = false;
  const auto timed_out = std::ranges::count_if(
      failed, [](const failed_key& x) { return x.asked && x.why.code == ec::docker_timeout; });
  for (const auto& x : failed) {
    const auto i = done.marks.find(x.key);
    if (i == done.marks.end() || done.retry == x.key)
      continue;
    auto again = std::move(i->second);
    done.marks.erase(i);
    const auto excused =
        !x.asked || (x.why.code == ec::docker_timeout && timed_out == 1 && again.failures == 0);
    // The list after the first failure has shown the state. So further failures without news need
    // no other list. No list can show the state of an uncertain key.
    const auto news = !again.events.empty() || x.denied;
    const auto first = again.failures == 0 && !waiting.uncertain.contains(x.key);
    state_unknown |= !excused && (news || first);
    if (!excused)
      add(result.failed, std::exchange(again.events, {}));
    keep_mark(waiting, x, std::move(again), now);
  }
  if (state_unknown)
    waiting.want_list(list_reason::failure, 0, now);
}

void complete_retry(backlog& waiting, fetch_in_flight& done, const std::vector<failed_key>& failed,
                    time_point now) {
  auto& set_aside = waiting.set_aside;
  if (!done.retry)
    return;
  const auto& key = *done.retry;
  const auto i = done.marks.find(key);
  const auto x = std::ranges::find(failed, key, &failed_key::key);
  if (x == failed.end()) {
    if (i != done.marks.end())
      i->second.by = completed_by::any;
    set_aside.forget(key);
    return;
  }
  if (i != done.marks.end() && !proves_existence(x->why)) {
    waiting.keys.put(key, std::move(i->second));
    done.marks.erase(i);
  }
  const auto failures = waiting.limits.set_aside_after + set_aside.failures(key);
  set_aside.failed(key, waiting.retry_wait(failures), now);
  if (x->denied)
    waiting.want_list(list_reason::failure, 0, now);
}

} // namespace volumeviz::sync
