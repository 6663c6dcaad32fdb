#pragma once

#include "messages/docker_event.hpp"

#include <cstdint>
#include <deque>
#include <unordered_set>
#include <vector>

namespace volumeviz::sync {

/// Remembers which events were read lately, across connections: a replay is recognised, and what
/// the daemon remembers but the stream has not shown comes to light. Bounded: the oldest is
/// forgotten first.
class event_memory {
public:
  /// The daemon itself remembers 256 events; more are kept because the orders of the two differ.
  explicit event_memory(std::size_t capacity = 8192) : capacity_(capacity) {}

  /// False when the event is known already: a duplicate, or a replay after a reconnect.
  bool remember(const docker_event& event);
  bool knows(const docker_event& event) const;
  /// Those of `events` that were never read.
  std::vector<docker_event> missing(const std::vector<docker_event>& events) const;
  std::size_t size() const noexcept { return order_.size(); }
  /// How many were ever read; and whether all that were read since that number are still known.
  std::uint64_t count() const noexcept { return count_; }
  bool holds_since(std::uint64_t count) const noexcept { return count_ - count <= capacity_; }

private:
  std::size_t capacity_;
  std::uint64_t count_ = 0;
  std::unordered_set<std::uint64_t> known_;
  std::deque<std::uint64_t> order_;
};

} // namespace volumeviz::sync
