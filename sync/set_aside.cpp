#include "sync/set_aside.hpp"

#include <algorithm>

namespace volumeviz::sync {

namespace {

// The least between two inspects of one key. Each may hang for half a second, and must leave time
// for other fetches.
constexpr milliseconds apart{2'000};
// An event makes the next inspect due after one eighth of the wait.
constexpr int news_share = 8;

} // namespace

void set_aside_keys::failed(const std::string& key, milliseconds wait, time_point now) {
  auto [i, is_new] = keys_.try_emplace(key);
  auto& x = i->second;
  if (is_new)
    due_.emplace(x.due, key);
  ++x.failures;
  x.tried = now;
  x.wait = wait;
  reschedule(key, x, now + wait);
}

void set_aside_keys::forget(const std::string& key) {
  const auto i = keys_.find(key);
  if (i == keys_.end())
    return;
  due_.erase({i->second.due, key});
  keys_.erase(i);
}

void set_aside_keys::hurry(const std::string& key, time_point now) {
  const auto i = keys_.find(key);
  if (i == keys_.end())
    return;
  auto& x = i->second;
  const auto earliest = x.tried + std::max(apart, x.wait / news_share);
  reschedule(key, x, std::min(x.due, std::max(now, earliest)));
}

void set_aside_keys::try_soon(const std::string& key, time_point now) {
  if (const auto i = keys_.find(key); i != keys_.end())
    reschedule(key, i->second, std::min(i->second.due, std::max(now, i->second.tried + apart)));
}

void set_aside_keys::hurry_all(time_point now) {
  for (auto& [key, x] : keys_) {
    x.failures = 0;
    reschedule(key, x, std::min(x.due, now));
  }
}

std::optional<std::string> set_aside_keys::due(time_point now) const {
  if (due_.empty() || due_.begin()->first > now)
    return std::nullopt;
  return due_.begin()->second;
}

std::optional<time_point> set_aside_keys::soonest() const {
  if (due_.empty())
    return std::nullopt;
  return due_.begin()->first;
}

unsigned set_aside_keys::failures(const std::string& key) const {
  const auto i = keys_.find(key);
  return i == keys_.end() ? 0 : i->second.failures;
}

std::vector<std::string> set_aside_keys::keys() const {
  std::vector<std::string> all;
  for (const auto& [key, x] : keys_)
    all.push_back(key);
  return all;
}

void set_aside_keys::reschedule(const std::string& key, entry& x, time_point due) {
  due_.erase({x.due, key});
  x.due = due;
  due_.emplace(due, key);
}

} // namespace volumeviz::sync
