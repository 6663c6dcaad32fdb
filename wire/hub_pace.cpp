#include "wire/hub_pace.hpp"

#include <algorithm>

namespace volumeviz::wire {

namespace {

using namespace std::chrono_literals;

// An agent has in flight a batch of each handler, one of its host's row, a heartbeat and a hello.
constexpr std::size_t unanswered_base = 16;
constexpr std::size_t unanswered_each = 8;
// An agent has one; tests and benchmarks have many on one connection.
constexpr std::size_t sessions_max = 64;

// Members whose rates are kept although they are not connected. Our CA has signed their
// certificates.
constexpr std::size_t paces_max = 4096;

} // namespace

std::shared_ptr<member_rates> rates_of_members::of(const std::string& fingerprint) {
  if (fingerprint.empty())
    return std::make_shared<member_rates>();
  if (const auto known = all_.find(fingerprint); known != all_.end())
    return known->second;
  if (all_.size() >= paces_max)
    std::erase_if(all_, [](const auto& x) { return x.second.use_count() == 1; });
  return all_.emplace(fingerprint, std::make_shared<member_rates>()).first->second;
}

hub_pace::steady::duration hub_pace::delay_after(std::size_t cost,
                                                 const std::vector<frame_header>& seen,
                                                 const member_state& of, steady::time_point now) {
  double hellos = 0;
  for (const auto& x : seen)
    hellos += x.what == operation::direct_message && x.target == gate_ ? 1 : 0;
  const auto wait = std::max({rates_->bytes.take(static_cast<double>(cost), now),
                              rates_->frames.take(static_cast<double>(seen.size()), now),
                              rates_->hellos.take(hellos, now)});
  const auto most = unanswered_base + std::min(of.sessions, sessions_max) * unanswered_each;
  if (filter_.unanswered(now, of.unsent_since) >= most)
    return std::max<steady::duration>(wait, 1s); // an answer ends the wait
  return wait;
}

} // namespace volumeviz::wire
