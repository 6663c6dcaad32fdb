#include "sync/ring_coverage.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace volumeviz::sync {

namespace {

// The first second of 1970: asks for all events that the daemon remembers.
constexpr timestamp beginning = 1'000'000'000;

timestamp newest(const audit_answer& answer) {
  return answer.stamps.empty() ? never : answer.stamps.back();
}

} // namespace

void ring_coverage::begin(timestamp from, bool forgets) {
  forgets_ = forgets;
  cover(from, never);
  knows_process_ = false;
}

timestamp ring_coverage::since() const {
  if (!forgets_)
    return covered_ - ns(policy_.disorder);
  return anchor_ == never ? beginning : anchor_ - ns(policy_.disorder);
}

bool ring_coverage::extend(const audit_request& asked, const audit_answer& answer,
                           const std::set<docker_event>& unshown) {
  if (!forgets_) {
    covered_ = asked.until;
    return true;
  }
  const auto same_process = std::exchange(knows_process_, false) && answer.continued;
  const auto disorder = ns(policy_.disorder);
  // The daemon has forgotten no event since then. And it is the same process: a restarted daemon
  // remembers none of the earlier events.
  if (std::ranges::any_of(answer.stamps, [this, disorder](timestamp stamp) {
        return stamp == anchor_ || stamp <= covered_ - disorder;
      })) {
    cover(asked.until, newest(answer));
    return true;
  }
  const auto horizon = asked.until - ns(policy_.grace);
  auto shown = false;
  for (const auto& event : answer.events) {
    if (unshown.contains(event))
      continue;
    shown = true;
    if (event.time > horizon + disorder) {
      cover(horizon, never);
      return true;
    }
  }
  // A daemon that was started recently has not forgotten any event yet.
  if (shown && anchor_ == never && answer.all && answer.stamps.size() < policy_.ring) {
    cover(asked.until, newest(answer));
    return true;
  }
  if (same_process && anchor_ == never && answer.all && answer.stamps.empty()) {
    cover(asked.until, never);
    return true;
  }
  return false;
}

void ring_coverage::extend_by_lists(const audit_request& asked, const audit_answer& answer) {
  cover(asked.until, newest(answer));
}

std::chrono::milliseconds ring_coverage::until_next(const audit_request& asked,
                                                    const audit_answer& answer) const {
  // The answer does not cover all up to the question: the daemon forgets events too fast to measure
  // how fast.
  if (!forgets_ || answer.stamps.empty() || covered_ != asked.until)
    return policy_.interval;
  auto full = answer.stamps.size() >= policy_.ring;
  auto span = static_cast<double>(asked.until - (full ? answer.stamps.front() : asked.since)) / 1e6;
  auto half =
      span * static_cast<double>(policy_.ring) / 2 / static_cast<double>(answer.stamps.size());
  auto most = static_cast<double>((policy_.interval + policy_.disorder).count());
  auto window = std::chrono::milliseconds{static_cast<std::int64_t>(std::min(half, most))};
  return std::max(window - policy_.disorder, policy_.retry);
}

void ring_coverage::cover(timestamp until, timestamp anchor) {
  covered_ = until;
  knows_process_ = true;
  anchor_ = anchor;
}

} // namespace volumeviz::sync
