#include "sync/outage_pause.hpp"

#include "sync/backoff.hpp"

#include <algorithm>
#include <utility>

namespace volumeviz::sync {

void outage_pause::docker_failed(time_point now, std::minstd_rand& random) {
  docker_paused_until_ = now + doubled_wait(retry_min_, outage_max_, docker_failures_++, random);
}

bool outage_pause::docker_worked() noexcept {
  return std::exchange(docker_failures_, 0) > 0;
}

void outage_pause::store_failed(time_point now, std::minstd_rand& random) {
  store_paused_until_ = now + doubled_wait(retry_min_, outage_max_, store_failures_++, random);
}

time_point outage_pause::until() const noexcept {
  return std::max(docker_paused_until_, store_paused_until_);
}

} // namespace volumeviz::sync
