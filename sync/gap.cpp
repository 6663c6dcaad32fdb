#include "sync/gap.hpp"

namespace volumeviz::sync {

namespace {

// The API lags by up to two seconds, and `verified_at` is recorded in whole seconds.
constexpr timestamp slack = 5'000'000'000;

} // namespace

bool times_may_differ(const container& listed, timestamp since, timestamp now) {
  if (listed.state == "created")
    return false;
  // A `since` in the future is by another clock.
  if (listed.unchanged_for == 0 || since > now)
    return true;
  return now - listed.unchanged_for > since - slack;
}

} // namespace volumeviz::sync
