#pragma once

#include "messages/docker_event.hpp"

#include <cstdint>
#include <deque>
#include <unordered_set>
#include <vector>

namespace volumeviz::sync {

/// Remembers the most recent events that were read, across connections. So a replay is recognised,
/// and an audit finds events that the daemon remembers but the stream has not shown. Bounded: the
/// oldest event is forgotten first.
class event_memory {
public:
  /// The daemon remembers 256 events. The capacity is higher since its order differs from ours.
  explicit event_memory(std::size_t capacity = 8192) : capacity_(capacity) {}

  /// False when the event is known already: a duplicate, or a replay after a reconnect.
  bool remember(const docker_event& event);
  bool knows(const docker_event& event) const;
  /// Returns those of `events` that were never read.
  std::vector<docker_event> missing(const std::vector<docker_event>& events) const;
  std::size_t size() const noexcept { return order_.size(); }
  /// How many events were ever read.
  std::uint64_t count() const noexcept { return count_; }
  /// True when all events that were read after the first `count` are still remembered.
  bool holds_since(std::uint64_t count) const noexcept { return count_ - count <= capacity_; }

private:
  std::size_t capacity_;
  std::uint64_t count_ = 0;
  std::unordered_set<std::uint64_t> known_;
  std::deque<std::uint64_t> order_;
};

} // namespace volumeviz::sync
