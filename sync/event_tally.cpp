#include "sync/event_tally.hpp"

#include <algorithm>

namespace volumeviz::sync {

void add(std::vector<event_tally>& tallies, const event_tally& x) {
  for (auto& tally : tallies)
    if (tally.meaning == x.meaning) {
      tally.count += x.count;
      if (tally.oldest == never || (x.oldest != never && x.oldest < tally.oldest))
        tally.oldest = x.oldest;
      return;
    }
  tallies.push_back(x);
}

void add(std::vector<event_tally>& tallies, const std::vector<event_tally>& more) {
  for (const auto& x : more)
    add(tallies, x);
}

std::uint64_t sum(const std::vector<event_tally>& tallies) noexcept {
  std::uint64_t n = 0;
  for (const auto& x : tallies)
    n += x.count;
  return n;
}

} // namespace volumeviz::sync
