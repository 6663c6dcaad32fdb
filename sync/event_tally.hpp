#pragma once

#include "messages/docker_event.hpp"

#include <cstdint>
#include <vector>

namespace volumeviz::sync {

/// A number of events with one meaning and one outcome.
struct event_tally {
  /// Points into event_catalogue().
  const event_meaning* meaning = nullptr;
  std::uint64_t count = 0;
  /// The earliest time of those events whose time is known.
  timestamp oldest = never;
};

void add(std::vector<event_tally>& tallies, const event_tally& x);
void add(std::vector<event_tally>& tallies, const std::vector<event_tally>& more);
/// How many events there are in total.
std::uint64_t sum(const std::vector<event_tally>& tallies) noexcept;

} // namespace volumeviz::sync
