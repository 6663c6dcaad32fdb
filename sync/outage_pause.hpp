#pragma once

#include "sync/steady_time.hpp"
#include "sync/work_limits.hpp"

#include <random>

namespace volumeviz::sync {

/// The pauses after Docker or the database did not answer. Each pause is about twice as long as the
/// one before, from `retry_min` to `outage_max`.
class outage_pause {
public:
  explicit outage_pause(const work_limits& limits)
      : retry_min_(limits.retry_min), outage_max_(limits.outage_max) {}

  /// Docker did not answer a fetch, or the store refused what Docker answered.
  void docker_failed(time_point now, std::minstd_rand& random);
  /// Docker has answered a list. True when it had failed before.
  bool docker_worked() noexcept;
  /// Docker may be tried now, however long it has failed.
  void end_docker_pause() noexcept { docker_paused_until_ = {}; }

  /// The store did not take what was fetched.
  void store_failed(time_point now, std::minstd_rand& random);
  void store_worked() noexcept { store_failures_ = 0; }
  /// The database is back: what waits for it may be fetched now.
  void end_store_pause() noexcept { store_paused_until_ = {}; }

  /// Nothing is fetched before this moment.
  time_point until() const noexcept;

private:
  milliseconds retry_min_;
  milliseconds outage_max_;
  time_point docker_paused_until_{};
  time_point store_paused_until_{};
  unsigned docker_failures_ = 0;
  unsigned store_failures_ = 0;
};

} // namespace volumeviz::sync
