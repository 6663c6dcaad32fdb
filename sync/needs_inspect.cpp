#include "sync/needs_inspect.hpp"

#include "sync/gap.hpp"

#include <algorithm>
#include <set>

namespace volumeviz::sync {

namespace {

/// True for a list that follows lost events or lost rows: any container may have been restarted.
bool events_were_missed(list_reason reason) {
  return reason == list_reason::start || reason == list_reason::reconnect
         || reason == list_reason::overflow || reason == list_reason::damaged
         || reason == list_reason::lost_events || reason == list_reason::lost_rows;
}

bool follows_missed_events(const committed_fetch& x) {
  return std::ranges::any_of(x.asked.reasons, events_were_missed);
}

/// True for a row of a container, but not of its mounts, that was created or changed.
template <class Change>
bool wrote_container(const Change& x) {
  return x.kind == row_kind::container && x.op != operation::remove;
}

/// The time from which the list has to account for starts. After lost rows it is `never`: the rows
/// may be older than the time up to which they were verified, and another node may have recorded
/// a later time since.
timestamp gap_began(const committed_fetch& x, const work_plan& plan) {
  if (x.asked.reasons.contains(list_reason::lost_rows))
    return never;
  return std::max(plan.status().verified, x.written.verified_before);
}

} // namespace

std::vector<std::string> needs_inspect(const committed_fetch& x, const work_plan& plan,
                                       const std::set<std::string>& left_out, timestamp now) {
  if (!x.asked.list || x.kind != resource_kind::container)
    return {};
  std::set<std::string> keys;
  // A hub may answer for the database. Its answer counts only for containers that the list shows.
  const std::set<std::string> named(x.written.needs_inspect.begin(), x.written.needs_inspect.end());
  for (const auto& change : x.written.changes)
    if (wrote_container(change))
      keys.insert(change.key);
  const auto missed = follows_missed_events(x);
  const auto since = gap_began(x, plan);
  const auto unnamed =
      x.written.more_needs_inspect > 0
      || std::ranges::any_of(x.written.more_changes, wrote_container<unlisted_changes>);
  each_present(x.seen.batch.containers, [&](const container& listed) {
    if (unnamed || named.contains(listed.id) || left_out.contains(listed.id)
        || plan.keys().requested(listed.id) || (missed && times_may_differ(listed, since, now)))
      keys.insert(listed.id);
  });
  return {keys.begin(), keys.end()};
}

std::set<std::string> left_out_in_doubt(const committed_fetch& x, const work_plan& plan,
                                        const std::set<std::string>& before) {
  if (!x.asked.list || x.kind != resource_kind::container)
    return before;
  std::set<std::string> keys;
  const auto missed = follows_missed_events(x);
  for (const auto& entry : x.seen.left_out)
    if (!entry.key.empty()
        && (missed || before.contains(entry.key) || plan.keys().requested(entry.key)))
      keys.insert(entry.key);
  return keys;
}

} // namespace volumeviz::sync
