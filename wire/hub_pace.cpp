#include "wire/hub_pace.hpp"

#include <algorithm>

namespace volumeviz::wire {

namespace {

using namespace std::chrono_literals;

// An agent has a batch of each handler under way, one of its host's row, a pulse and a greeting.
constexpr std::size_t unanswered_base = 16;
constexpr std::size_t unanswered_each = 8;

} // namespace

hub_pace::steady::duration hub_pace::after(std::size_t cost, const std::vector<frame_header>& seen,
                                           std::size_t sessions, steady::time_point now) {
  double introductions = 0;
  for (const auto& x : seen)
    introductions += x.what == operation::direct_message && x.target == gate_ ? 1 : 0;
  const auto wait = std::max({bytes_.take(static_cast<double>(cost), now),
                              frames_.take(static_cast<double>(seen.size()), now),
                              introductions_.take(introductions, now)});
  if (filter_.unanswered(now) >= unanswered_base + sessions * unanswered_each)
    return std::max<steady::duration>(wait, 1s); // an answer ends the wait
  return wait;
}

} // namespace volumeviz::wire
