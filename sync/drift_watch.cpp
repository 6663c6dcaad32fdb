#include "sync/drift_watch.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

void drift_watch::suspect(std::string key, row_kind kind, operation op, time_point now) {
  if (order_.size() >= capacity_) {
    ++unjudged_;
    return;
  }
  auto due = now + grace_;
  if (!order_.empty())
    due = std::max(due, order_.back().due);
  auto i = order_.insert(
      order_.end(),
      {.due = due, .change = {.kind = kind, .op = op, .key = std::move(key), .detail = {}}});
  by_key_.emplace(i->change.key, i);
}

void drift_watch::announced(const std::string& key) {
  auto [first, last] = by_key_.equal_range(key);
  std::vector<position> cleared;
  for (auto i = first; i != last; ++i)
    cleared.push_back(i->second);
  by_key_.erase(first, last);
  for (auto i : cleared)
    order_.erase(i);
}

std::vector<row_change> drift_watch::due(time_point now) {
  std::vector<row_change> result;
  while (!order_.empty() && order_.front().due <= now) {
    forget(order_.begin());
    result.push_back(std::move(order_.front().change));
    order_.pop_front();
  }
  return result;
}

std::optional<drift_watch::time_point> drift_watch::next_due() const {
  if (order_.empty())
    return std::nullopt;
  return order_.front().due;
}

void drift_watch::forget(position i) {
  auto [first, last] = by_key_.equal_range(i->change.key);
  auto entry = std::find_if(first, last, [i](const auto& x) { return x.second == i; });
  by_key_.erase(entry);
}

} // namespace volumeviz::sync
