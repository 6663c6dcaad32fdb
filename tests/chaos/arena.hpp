#pragma once

#include "tests/chaos/small_disk.hpp"
#include "tests/stage/stage.hpp"
#include "tests/stage/workload.hpp"
#include "tests/support/proxy.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace volumeviz::chaos {

using integration::database_kind;

/// What chaos happens on: a stage with a proxy between node and daemon, its database on a disk that
/// can be filled, and a random user of the daemon. The node has the program's own defaults but for
/// its periodic reconciliation, which is off: nothing may become right by a lucky repair.
class arena {
public:
  /// `backoff_max`: the node's EVENTS_BACKOFF_MAX_DURATION; empty: its default.
  arena(database_kind kind, std::uint64_t seed, std::string backoff_max);
  ~arena();

  /// Starts a new process of the node and waits until it answers.
  void start_node(const support::variables& more = {});
  bool restarted() noexcept { return std::exchange(restarted_, false); }
  /// Of the node's HTTP server; changes when the node does.
  std::uint16_t port() const noexcept { return port_; }

  /// All at once, from several clients, as fast as the daemon can.
  void churn_volumes(std::size_t count);
  /// Those of churn_volumes().
  void remove_churned();
  void make_large_volumes(int count);

  /// PostgreSQL's own processes that serve the node.
  std::vector<pid_t> backends();
  /// A session beside the node's, for locks.
  integration::recorded& other_session() { return other_; }

  database_kind kind;
  std::string backoff_max;
  std::minstd_rand dice;
  integration::stage on;
  support::proxy between;
  std::vector<pid_t> stopped; ///< processes that a fault has stopped

private:
  void in_parallel(std::size_t count,
                   const std::function<void(support::docker_api&, std::size_t)>& work);
  std::string disk_folder();
  support::scratch_folder scratch_; ///< for PostgreSQL's disk

public:
  std::optional<small_disk> disk;
  workload user;

private:
  integration::recorded other_;
  std::atomic<std::uint16_t> port_ = 0;
  bool restarted_ = false;
};

} // namespace volumeviz::chaos
