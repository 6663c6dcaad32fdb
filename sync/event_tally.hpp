#pragma once

#include "messages/docker_event.hpp"

#include <cstdint>
#include <vector>

namespace volumeviz::sync {

/// Events of one meaning that share an outcome.
struct event_tally {
  const event_meaning* meaning = nullptr; ///< points into event_catalogue()
  std::uint64_t count = 0;
  timestamp oldest = never; ///< of those whose time is known
};

void add(std::vector<event_tally>& tallies, const event_tally& x);
void add(std::vector<event_tally>& tallies, const std::vector<event_tally>& more);
/// How many events there are in all.
std::uint64_t sum(const std::vector<event_tally>& tallies) noexcept;

} // namespace volumeviz::sync
