#include "sync/key_queries.hpp"

#include "sync/told.hpp"

#include <algorithm>

namespace volumeviz::sync {

bool key_queries::recreated(const std::string& key) const {
  if (in_flight_ == nullptr)
    return false;
  const auto* mark = in_flight_->find(key);
  return mark != nullptr && mark->gone;
}

bool key_queries::covered_by_event(const std::string& key) const {
  if (in_flight_ == nullptr)
    return false;
  if (in_flight_->list && in_flight_->list->covered_by_event)
    return true;
  // A prune that came while the daemon made the list: the list may already show its effect.
  if (const auto* next = waiting_.lists.wanted(); next != nullptr && next->covered_by_event)
    return true;
  const auto* mark = in_flight_->find(key);
  return (mark != nullptr && mark->covered_by_event) || event_is_waiting(key);
}

bool key_queries::requested(const std::string& key) const {
  if (in_flight_ == nullptr)
    return false;
  const auto* mark = in_flight_->find(key);
  return (mark != nullptr && mark->requested != 0) || event_is_waiting(key);
}

bool key_queries::list_outweighs(const std::string& key) const {
  if (in_flight_ == nullptr || in_flight_->list || !waiting_.limits.lists_outweigh
      || waiting_.uncertain.contains(key))
    return false;
  if (in_flight_->retry == key)
    return true;
  const auto* mark = in_flight_->find(key);
  if (mark == nullptr)
    return false;
  const auto* newer = waiting_.keys.find(key);
  const auto requested =
      newer == nullptr ? mark->requested : std::max(mark->requested, newer->requested);
  return requested <= mark->shown_by_list;
}

std::vector<told_change> key_queries::told() const {
  if (in_flight_ == nullptr)
    return {};
  auto all = in_flight_->told;
  for (const auto& [key, mark] : in_flight_->marks)
    if (mark.told_at != never)
      all.push_back({key, mark.told_at});
  sort_told(all);
  return all;
}

std::size_t key_queries::pending() const {
  const auto list =
      waiting_.lists.wanted() != nullptr || (in_flight_ != nullptr && in_flight_->list);
  auto n = waiting_.keys.size() + (list ? 1 : 0);
  if (in_flight_ == nullptr)
    return n;
  const auto is_new = [this](const auto& key) { return !waiting_.keys.contains(key); };
  for (const auto& [key, mark] : in_flight_->marks)
    n += is_new(key) ? 1 : 0;
  const auto& retry = in_flight_->retry;
  return n + (retry && is_new(*retry) && !in_flight_->marks.contains(*retry) ? 1 : 0);
}

bool key_queries::event_is_waiting(const std::string& key) const {
  const auto* mark = waiting_.keys.find(key);
  return mark != nullptr && mark->covered_by_event;
}

} // namespace volumeviz::sync
