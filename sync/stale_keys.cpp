#include "sync/stale_keys.hpp"

#include <algorithm>

namespace volumeviz::sync {

void lag_list::add(const lag& x) {
  lags_.push_back(x);
  shorten();
}

void lag_list::merge(const lag_list& other) {
  lags_.insert(lags_.end(), other.lags_.begin(), other.lags_.end());
  std::sort(lags_.begin(), lags_.end(),
            [](const lag& a, const lag& b) { return a.number < b.number; });
  shorten();
}

void lag_list::complete(time_point began) {
  std::erase_if(lags_, [began](const lag& x) { return x.until <= began; });
}

time_point lag_list::until() const {
  auto latest = time_point::min();
  for (const auto& x : lags_)
    latest = std::max(latest, x.until);
  return latest;
}

void lag_list::shorten() {
  while (lags_.size() > 2) {
    auto last = lags_.back();
    lags_.pop_back();
    lags_.back().until = std::max(lags_.back().until, last.until);
  }
}

stale_mark& stale_keys::mark(const std::string& key, std::uint64_t number, time_point due) {
  auto [i, is_new] = marks_.try_emplace(key);
  auto& x = i->second;
  x.touched = number;
  if (is_new) {
    x.number = number;
    x.due = due;
    due_.emplace(due, key);
  } else if (due < x.due && x.failures == 0) {
    reschedule(key, x, due);
  }
  return x;
}

void stale_keys::want_inspect(const std::string& key, std::uint64_t number, time_point due) {
  auto& x = mark(key, number, due);
  if (!x.list_only)
    require_inspect(x);
}

void stale_keys::put(const std::string& key, stale_mark&& x) {
  auto i = marks_.find(key);
  if (i == marks_.end()) {
    needs_inspect_ += x.needs_inspect ? 1 : 0;
    list_only_ += x.list_only ? 1 : 0;
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
  if (x.list_only)
    forbid_inspect(there);
  else if (x.needs_inspect && !there.list_only)
    require_inspect(there);
  reschedule(key, there, x.failures > 0 ? x.due : std::min(there.due, x.due));
}

void stale_keys::put(marks&& more) {
  for (auto& [key, x] : more)
    put(key, std::move(x));
}

void stale_keys::leave_to_lists(const std::string& key) {
  if (const auto i = marks_.find(key); i != marks_.end())
    forbid_inspect(i->second);
}

stale_keys::marks stale_keys::take_due(time_point now, std::size_t most) {
  marks taken;
  auto failing = due_.end();
  for (auto i = due_.begin(); i != due_.end() && i->first <= now && taken.size() < most;) {
    const auto& x = marks_.at(i->second);
    if (!x.list_only && x.failures == 0) {
      i = take(i, taken);
      continue;
    }
    if (!x.list_only && failing == due_.end())
      failing = i;
    ++i;
  }
  if (taken.empty() && failing != due_.end())
    take(failing, taken);
  return taken;
}

stale_keys::marks stale_keys::take_due_for_list(time_point now) {
  marks taken;
  for (auto i = due_.begin(); i != due_.end() && i->first <= now;) {
    if (marks_.at(i->second).needs_inspect)
      ++i;
    else
      i = take(i, taken);
  }
  return taken;
}

stale_keys::marks stale_keys::take_denied(const std::set<std::string>& shown,
                                          std::uint64_t number) {
  marks taken;
  for (auto i = due_.begin(); i != due_.end();) {
    const auto& x = marks_.at(i->second);
    if (x.needs_inspect && x.touched < number && !shown.contains(i->second))
      i = take(i, taken);
    else
      ++i;
  }
  return taken;
}

stale_keys::marks stale_keys::take_of(const std::set<std::string>& denied, std::uint64_t number) {
  marks taken;
  for (const auto& key : denied)
    if (const auto i = marks_.find(key);
        i != marks_.end() && i->second.needs_inspect && i->second.touched < number)
      take(due_.find({i->second.due, key}), taken);
  return taken;
}

void stale_keys::set_shown(const std::set<std::string>& keys, std::uint64_t number) {
  for (auto& [key, x] : marks_)
    if (keys.contains(key))
      x.shown_by_list = number;
}

stale_keys::marks stale_keys::take_all() {
  due_.clear();
  needs_inspect_ = list_only_ = 0;
  return std::exchange(marks_, {});
}

const stale_mark* stale_keys::find(const std::string& key) const {
  auto i = marks_.find(key);
  return i == marks_.end() ? nullptr : &i->second;
}

std::optional<time_point> stale_keys::soonest() const {
  if (due_.empty())
    return std::nullopt;
  return due_.begin()->first;
}

bool stale_keys::due_for_list_only(time_point now) const {
  if (list_only_ == 0)
    return false;
  for (const auto& [when, key] : due_) {
    if (when > now)
      break;
    if (marks_.at(key).list_only)
      return true;
  }
  return false;
}

void stale_keys::postpone_list_only(time_point now, time_point until) {
  if (list_only_ == 0)
    return;
  std::vector<std::string> early;
  for (const auto& [when, key] : due_)
    if (when <= now && marks_.at(key).list_only)
      early.push_back(key);
  for (const auto& key : early)
    reschedule(key, marks_.at(key), until);
}

bool stale_keys::more_due_for_list(std::size_t limit, time_point now) const {
  if (marks_.size() - needs_inspect_ <= limit)
    return false;
  std::size_t n = 0;
  for (const auto& [when, key] : due_) {
    if (when > now)
      break;
    if (!marks_.at(key).needs_inspect && ++n > limit)
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

void stale_keys::require_inspect(stale_mark& x) {
  needs_inspect_ += x.needs_inspect ? 0 : 1;
  x.needs_inspect = true;
}

void stale_keys::forbid_inspect(stale_mark& x) {
  needs_inspect_ -= x.needs_inspect ? 1 : 0;
  x.needs_inspect = false;
  list_only_ += x.list_only ? 0 : 1;
  x.list_only = true;
  x.failures = 0;
}

stale_keys::order::iterator stale_keys::take(order::iterator i, marks& taken) {
  auto node = marks_.extract(i->second);
  needs_inspect_ -= node.mapped().needs_inspect ? 1 : 0;
  list_only_ -= node.mapped().list_only ? 1 : 0;
  taken.insert(std::move(node));
  return due_.erase(i);
}

} // namespace volumeviz::sync
