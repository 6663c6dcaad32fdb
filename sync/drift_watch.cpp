#include "sync/drift_watch.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

void drift_watch::suspect(std::string key, row_kind kind, operation op, time_point now) {
  if (order_.size() >= limits_.capacity) {
    ++unjudged_;
    return;
  }
  const auto wait = op == operation::remove ? limits_.removal_grace : limits_.grace;
  const auto i = order_.emplace(
      now + wait, row_change{.kind = kind, .op = op, .key = std::move(key), .detail = {}});
  by_key_.emplace(i->second.key, i);
}

void drift_watch::clear(const std::string& key) {
  auto [first, last] = by_key_.equal_range(key);
  std::vector<position> cleared;
  for (auto i = first; i != last; ++i)
    cleared.push_back(i->second);
  by_key_.erase(first, last);
  for (auto i : cleared)
    order_.erase(i);
}

void drift_watch::clear_removals() {
  for (auto i = order_.begin(); i != order_.end();) {
    if (i->second.op != operation::remove) {
      ++i;
      continue;
    }
    forget(i);
    i = order_.erase(i);
  }
}

std::vector<row_change> drift_watch::due(time_point now) {
  std::vector<row_change> result;
  while (!order_.empty() && order_.begin()->first <= now) {
    forget(order_.begin());
    result.push_back(std::move(order_.begin()->second));
    order_.erase(order_.begin());
  }
  return result;
}

std::optional<drift_watch::time_point> drift_watch::next_due() const {
  if (order_.empty())
    return std::nullopt;
  return order_.begin()->first;
}

void drift_watch::forget(position i) {
  auto [first, last] = by_key_.equal_range(i->second.key);
  auto entry = std::find_if(first, last, [i](const auto& x) { return x.second == i; });
  by_key_.erase(entry);
}

} // namespace volumeviz::sync
