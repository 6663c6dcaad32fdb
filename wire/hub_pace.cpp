#include "wire/hub_pace.hpp"

#include <algorithm>

namespace volumeviz::wire {

namespace {

using namespace std::chrono_literals;

// An agent has a batch of each handler under way, one of its host's row, a pulse and a greeting.
constexpr std::size_t unanswered_base = 16;
constexpr std::size_t unanswered_each = 8;
// An agent has one; tests and benchmarks have many behind one connection.
constexpr std::size_t sessions_max = 64;

} // namespace

hub_pace::steady::duration hub_pace::after(std::size_t cost, const std::vector<frame_header>& seen,
                                           const standing& own, steady::time_point now) {
  double introductions = 0;
  for (const auto& x : seen)
    introductions += x.what == operation::direct_message && x.target == gate_ ? 1 : 0;
  const auto wait = std::max({bytes_.take(static_cast<double>(cost), now),
                              frames_.take(static_cast<double>(seen.size()), now),
                              introductions_.take(introductions, now)});
  const auto most = unanswered_base + std::min(own.sessions, sessions_max) * unanswered_each;
  if (filter_.unanswered(now, own.unsent_since) >= most)
    return std::max<steady::duration>(wait, 1s); // an answer ends the wait
  return wait;
}

} // namespace volumeviz::wire
