#pragma once

#include "tests/support/docker_api.hpp"
#include "tests/support/dockerd.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

namespace volumeviz::chaos {

/// A random user of a daemon, past any proxy: one thread makes and removes volumes, another one
/// runs, stops, kills, renames and removes containers with mounts. Whatever the daemon answers, it
/// goes on.
class workload {
public:
  /// `pace_max`: the longest pause of a thread between two calls; the mean is half of it.
  workload(const support::dockerd& daemon, std::uint64_t seed,
           std::chrono::milliseconds pace_max = std::chrono::milliseconds{42});
  ~workload();
  workload(const workload&) = delete;
  workload& operator=(const workload&) = delete;

  void go_on();
  /// No new call begins; true when the last has ended within `bound`.
  bool freeze(std::chrono::milliseconds bound);
  /// How many calls have ended so far, whatever was answered.
  std::size_t calls();

private:
  using random = std::minstd_rand;
  void live(std::stop_token stop, std::string socket, std::uint64_t seed, bool of_volumes);
  void change_volumes(support::docker_api& docker, random& dice);
  void change_containers(support::docker_api& docker, random& dice);

  std::mutex mutex_;
  std::condition_variable_any changed_;
  bool frozen_ = true;
  int busy_ = 0; ///< threads within a call
  std::size_t calls_ = 0;
  const std::chrono::milliseconds pace_max_;
  std::vector<std::jthread> threads_;
};

/// Text that no database can compress.
std::string noise(std::minstd_rand& dice, std::size_t size);

} // namespace volumeviz::chaos
