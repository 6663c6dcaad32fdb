#include "sync/stale_keys.hpp"

#include "runtime/invariant.hpp"

#include <algorithm>

namespace volumeviz::sync {

namespace {

constexpr std::size_t place(completed_by by) noexcept {
  return static_cast<std::size_t>(by);
}

} // namespace

stale_mark& stale_keys::mark(const std::string& key, std::uint64_t number, time_point due) {
  auto [i, is_new] = marks_.try_emplace(key);
  auto& x = i->second;
  x.touched = number;
  if (is_new) {
    x.number = number;
    x.due = due;
    due_.emplace(due, key);
    ++counts_[place(x.by)];
  } else if (due < x.due && x.failures == 0) {
    reschedule(key, x, due);
  }
  return x;
}

void stale_keys::want_inspect(const std::string& key, std::uint64_t number, time_point due) {
  restrict_to(completed_by::inspect, mark(key, number, due));
}

void stale_keys::put(const std::string& key, stale_mark&& x) {
  const auto i = marks_.find(key);
  if (i == marks_.end()) {
    ++counts_[place(x.by)];
    due_.emplace(x.due, key);
    marks_.emplace(key, std::move(x));
    return;
  }
  auto& there = i->second;
  add(there.events, x.events);
  there.number = std::min(there.number, x.number);
  there.touched = std::max(there.touched, x.touched);
  there.failures = std::max(there.failures, x.failures);
  there.lags.merge(x.lags);
  there.gone |= x.gone;
  there.covered_by_event |= x.covered_by_event;
  there.requested = std::max(there.requested, x.requested);
  there.shown_by_list = std::max(there.shown_by_list, x.shown_by_list);
  there.told_at = std::max(there.told_at, x.told_at);
  restrict_to(x.by, there);
  reschedule(key, there, x.failures > 0 ? x.due : std::min(there.due, x.due));
}

void stale_keys::tell(const std::string& key, timestamp at) {
  if (const auto i = marks_.find(key); i != marks_.end())
    i->second.told_at = std::max(i->second.told_at, at);
}

void stale_keys::leave_to_lists(const std::string& key) {
  if (const auto i = marks_.find(key); i != marks_.end())
    restrict_to(completed_by::list, i->second);
}

stale_keys::marks stale_keys::take_due(time_point now, std::size_t most) {
  marks taken;
  auto failing = due_.end();
  for (auto i = due_.begin(); i != due_.end() && i->first <= now && taken.size() < most;) {
    const auto& x = marks_.at(i->second);
    if (x.by != completed_by::list && x.failures == 0) {
      i = take(i, taken);
      continue;
    }
    if (x.by != completed_by::list && failing == due_.end())
      failing = i;
    ++i;
  }
  if (taken.empty() && failing != due_.end())
    take(failing, taken);
  return taken;
}

stale_keys::marks stale_keys::take_for_list(time_point now) {
  marks taken;
  const auto is_left = [&](const order::value_type& x) {
    return x.first <= now || counts_[place(completed_by::list)] > 0;
  };
  for (auto i = due_.begin(); i != due_.end() && is_left(*i);) {
    const auto by = marks_.at(i->second).by;
    if (by == completed_by::list || (by == completed_by::any && i->first <= now))
      i = take(i, taken);
    else
      ++i;
  }
  return taken;
}

void stale_keys::take_key(const std::string& key, bool for_list, marks& taken) {
  const auto i = marks_.find(key);
  if (i != marks_.end() && !(for_list && i->second.by == completed_by::inspect))
    take(due_.find({i->second.due, key}), taken);
}

stale_keys::marks stale_keys::take_gone(std::uint64_t number,
                                        const std::function<bool(const std::string&)>& is_gone) {
  marks taken;
  if (counts_[place(completed_by::inspect)] == 0)
    return taken;
  for (auto i = due_.begin(); i != due_.end();) {
    const auto& x = marks_.at(i->second);
    if (x.by == completed_by::inspect && x.touched < number && is_gone(i->second))
      i = take(i, taken);
    else
      ++i;
  }
  return taken;
}

void stale_keys::set_shown(const std::set<std::string>& keys, std::uint64_t number) {
  for (auto& [key, x] : marks_)
    if (keys.contains(key))
      x.shown_by_list = number;
}

stale_keys::marks stale_keys::take_all() {
  due_.clear();
  counts_ = {};
  return std::exchange(marks_, {});
}

const stale_mark* stale_keys::find(const std::string& key) const {
  const auto i = marks_.find(key);
  return i == marks_.end() ? nullptr : &i->second;
}

std::optional<time_point> stale_keys::soonest() const {
  if (due_.empty())
    return std::nullopt;
  return due_.begin()->first;
}

bool stale_keys::due_for_list_only(time_point now) const {
  if (counts_[place(completed_by::list)] == 0)
    return false;
  for (const auto& [when, key] : due_) {
    if (when > now)
      break;
    if (marks_.at(key).by == completed_by::list)
      return true;
  }
  return false;
}

void stale_keys::postpone_list_only(time_point now, time_point until) {
  if (counts_[place(completed_by::list)] == 0)
    return;
  std::vector<std::string> early;
  for (const auto& [when, key] : due_)
    if (when <= now && marks_.at(key).by == completed_by::list)
      early.push_back(key);
  for (const auto& key : early)
    reschedule(key, marks_.at(key), until);
}

bool stale_keys::more_due_for_list(std::size_t limit, time_point now) const {
  if (marks_.size() - counts_[place(completed_by::inspect)] <= limit)
    return false;
  std::size_t n = 0;
  for (const auto& [when, key] : due_) {
    if (when > now)
      break;
    if (marks_.at(key).by != completed_by::inspect && ++n > limit)
      return true;
  }
  return false;
}

void stale_keys::reschedule(const std::string& key, stale_mark& x, time_point due) {
  if (due == x.due)
    return;
  due_.erase({x.due, key});
  x.due = due;
  due_.emplace(due, key);
}

/// Inspects that have failed no longer matter once lists replace them.
void stale_keys::restrict_to(completed_by by, stale_mark& x) {
  if (by == completed_by::list)
    x.failures = 0;
  --counts_[place(x.by)];
  x.by = std::max(x.by, by);
  ++counts_[place(x.by)];
}

stale_keys::order::iterator stale_keys::take(order::iterator i, marks& taken) {
  auto node = marks_.extract(i->second);
  --counts_[place(node.mapped().by)];
  taken.insert(std::move(node));
  i = due_.erase(i);
  invariant(due_.size() == marks_.size(), "every dirty key has one place in the order of due keys");
  return i;
}

} // namespace volumeviz::sync
